using System.CommandLine;
using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Study;

namespace ManualVae.Tools.Studies;

/// <summary>The flags of a study that also takes a toy: which one, and where its files go.</summary>
internal sealed class ToyFlags
{
    private readonly Option<string?> _toy = new("--toy")
    {
        Description = "Study a toy instead of a run: "
            + string.Join("; ", StudyToyCatalogue.All.Select(toy => $"{toy.Name}, {toy.Description}")) + ".",
        HelpName = "name",
    };

    private readonly Option<double?> _spread = new("--toy-spread")
    {
        Description = "How far the codes of the toy 'inside' lie from each other: the larger, the fewer pairs inside. "
            + $"[default: {StudyToyCatalogue.Spread}]",
        HelpName = "x",
    };

    private readonly Option<string?> _output = new("--output")
    {
        Description = "Folder for a toy's numbers and figures. [default: none, they are printed only]", HelpName = "folder",
    };

    /// <summary>The flags, for a command.</summary>
    public IEnumerable<Symbol> Options => [_toy, _spread, _output];

    /// <summary>Opens the toy that is asked for; null where a run is.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="backend">Where the toy computes.</param>
    /// <param name="run">The run that is asked for, or null.</param>
    /// <param name="ofRuns">Flags that a toy has no use for.</param>
    /// <exception cref="InputException">Not exactly one of a run and a toy, or a flag of the other.</exception>
    public StudyToy? Open(ParseResult parsed, IBackend backend, string? run, params IEnumerable<Option> ofRuns)
    {
        if (parsed.GetValue(_toy) is not string name)
        {
            if (run is null)
                throw new InputException("Give --run FOLDER to study a run, or --toy NAME: "
                    + $"{string.Join(", ", StudyToyCatalogue.All.Select(toy => toy.Name))}.");
            Refuse(parsed, "a toy", _spread, _output);
            return null;
        }
        if (run is not null) throw new InputException("--run and --toy: give one of the two.");
        Refuse(parsed, "a run", ofRuns);
        if (name != "inside") Refuse(parsed, "the toy 'inside'", _spread);
        if (parsed.GetValue(_output) is string output)
            AtomicFile.RefuseToReplace(output, overwrite: true, "give another folder", StudyFolder.Kind);
        return StudyToyCatalogue.Make(name, backend, parsed.GetValue(_spread) ?? StudyToyCatalogue.Spread);
    }

    /// <summary>The folder of a toy's study: that of <c>--output</c>, or none.</summary>
    public StudyFolder Folder(ParseResult parsed, string study, object request) =>
        new(parsed.GetValue(_output) ?? "", study,
            new { toy = parsed.GetValue(_toy), spread = parsed.GetValue(_spread), request }, "another --output");

    private static void Refuse(ParseResult parsed, string needs, params IEnumerable<Option> flags)
    {
        if (flags.FirstOrDefault(flag => parsed.GetResult(flag) is { Implicit: false }) is { } given)
            throw new InputException($"{given.Name} is a flag for {needs}; leave it out.");
    }
}
