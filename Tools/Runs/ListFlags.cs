using System.CommandLine;
using ManualVae.Data;
using ManualVae.Serving;

namespace ManualVae.Tools.Runs;

/// <summary>The flags that say which items may be in a list.</summary>
internal sealed class ListFlags
{
    private readonly Option<string?> _exclude = new("--exclude")
    {
        Description = "File of items that are not listed, one id a line.", HelpName = "file",
    };

    private readonly Option<string?> _allow = new("--allow")
    {
        Description = "File of the only items that may be listed, one id a line.", HelpName = "file",
    };

    private readonly Option<int> _top = Flags.Top();

    /// <summary>The flags, for a command.</summary>
    public IEnumerable<Symbol> Options => [_top, _exclude, _allow];

    /// <summary>A query that says which items are wanted, but not for whom.</summary>
    /// <exception cref="InputException">A number is out of range, or a file is missing.</exception>
    public Query Read(ParseResult parsed) => new()
    {
        Top = Flags.Positive("--top", parsed.GetValue(_top)),
        Exclude = IdFile.Read("--exclude", parsed.GetValue(_exclude)) ?? [],
        Allow = IdFile.Read("--allow", parsed.GetValue(_allow)),
    };
}
