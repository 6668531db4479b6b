using System.CommandLine;
using System.Globalization;
using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Tools;

/// <summary>Flags that several verbs have.</summary>
internal static class Flags
{
    /// <summary><c>--json</c>: one JSON document on standard output.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document on standard output." };

    /// <summary><c>--run</c>: the run folder to use.</summary>
    public static Option<string> Run() => new("--run")
    {
        Description = "Run folder (made by: manualvae train).", HelpName = "folder", Required = true,
    };

    /// <summary><c>--top</c>: length of a list.</summary>
    public static Option<int> Top() => new("--top")
    {
        Description = "How many items.", HelpName = "k", DefaultValueFactory = _ => 10,
    };

    /// <summary><c>--precision</c>: of the matrix products, single unless asked for otherwise.</summary>
    public static Option<Precision> Precision() => new Option<Precision>("--precision")
    {
        Description = "Matrix products: fp32, tf32 on a GPU, or bf16 on the processor. [default: fp32]",
        HelpName = "fp32|tf32|bf16",
    }.AcceptOnlyFromAmong("fp32", "tf32", "bf16");

    /// <summary><c>--ranks</c>: whether the processes of a launcher share one model.</summary>
    public static Option<string> Ranks() => new Option<string>("--ranks")
    {
        Description = "mpi: the processes that mpirun or srun started share the model by items (docs/cluster.md).",
        HelpName = "off|mpi", DefaultValueFactory = _ => "off",
    }.AcceptOnlyFromAmong("off", "mpi");

    /// <summary><c>--user-groups</c>: groups of ranks that each take a part of a batch's users.</summary>
    public static Option<int> UserGroups() => Count("--user-groups",
        "Groups of ranks: each has all items, split over its ranks, and a part of a batch's users.", 1);

    /// <summary><c>--history</c>: whether held-out clicks count.</summary>
    public static Option<string> History(string description) => new Option<string>("--history")
    {
        Description = description, HelpName = "all|shown", DefaultValueFactory = _ => "all",
    }.AcceptOnlyFromAmong("all", "shown");

    /// <summary>A number of things.</summary>
    public static Option<int> Count(string name, string description, int byDefault) => new(name)
    {
        Description = description, HelpName = "n", DefaultValueFactory = _ => byDefault,
    };

    /// <summary>A seed, of whatever is drawn.</summary>
    public static Option<ulong> Seed(string name, string description, ulong byDefault) => new(name)
    {
        Description = description, HelpName = "n", DefaultValueFactory = _ => byDefault,
        CustomParser = given =>
        {
            string text = given.Tokens[0].Value;
            if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed))
                given.AddError($"{name} '{text}': give a whole number of 0 or more.");
            return seed;
        },
    };

    /// <summary>Refuses a count below 1.</summary>
    /// <exception cref="InputException">It is.</exception>
    public static int Positive(string flag, int value) =>
        value >= 1 ? value : throw new InputException($"{flag} {value}: give a whole number of 1 or more.");
}
