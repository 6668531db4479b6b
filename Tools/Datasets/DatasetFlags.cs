using System.CommandLine;

namespace ManualVae.Tools.Datasets;

/// <summary>Flags of the verbs that make a dataset.</summary>
internal static class DatasetFlags
{
    /// <summary><c>--output DIR</c>, the folder to make.</summary>
    public static Option<string> Output() =>
        new("--output", "-o") { Description = "The folder to make.", Required = true, HelpName = "DIR" };

    /// <summary><c>--overwrite</c>.</summary>
    public static Option<bool> Overwrite() => new("--overwrite")
    {
        Description = "Replace the folder if an earlier run of this command made it; a folder with any other file is kept.",
    };
}
