using System.CommandLine;
using ManualVae.Data.Attributes;

namespace ManualVae.Tools.Datasets;

/// <summary>Flags that say which attributes of the items are read, and where from.</summary>
internal sealed class AttributeFlags
{
    private readonly Option<string[]> _files = new("--item-features")
    {
        Description = "A file that says more of the items: a table with a header, JSON lines, Parquet, or MovieLens' and "
            + "Amazon's own. May be given several times. Titles and genres of the dataset's own items need no file.",
        HelpName = "FILE", Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<string[]> _attributes = new("--attribute")
    {
        Description = "An attribute: NAME (genres, year, plot and others are known), or NAME=KIND:COLUMN, where KIND is "
            + "categorical, numeric, text or vector; options follow as ,OPTION=VALUE. May be given several times. Default: all "
            + "that are known.",
        HelpName = "SPEC", Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<string?> _map = new("--item-map")
    {
        Description = "A file of two columns: the dataset's id of an item, and its id in the files of items.", HelpName = "FILE",
    };

    /// <summary>The flags, for a command.</summary>
    public IEnumerable<Symbol> Options => [_files, _attributes, _map];

    /// <summary>What was asked for; null where nothing was.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="idColumn">The column of ids in the files.</param>
    /// <param name="items">A file of titles and genres, which may hold the attributes asked for too; null for none.</param>
    public AttributeOptions? Read(ParseResult result, string? idColumn, string? items = null)
    {
        string[] files = result.GetValue(_files) ?? [], attributes = result.GetValue(_attributes) ?? [];
        if (files.Length == 0 && attributes.Length == 0) return null;
        return new()
        {
            ItemFeatures = attributes.Length > 0 && items is not null ? [.. files, items] : files,
            ItemIdColumn = idColumn,
            ItemMap = result.GetValue(_map),
            Attribute = attributes,
        };
    }
}
