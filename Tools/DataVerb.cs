using System.CommandLine;

namespace ManualVae.Tools;

/// <summary><c>data</c>: everything that comes before training.</summary>
internal static class DataVerb
{
    /// <summary>The parent command.</summary>
    public static Command Create() => new("data", "Import, fetch, make up, describe and export datasets.")
    {
        DataImportVerb.Create(),
        DataSynthesizeVerb.Create(),
        DataDownloadVerb.Create(),
        DataDescribeVerb.Create(),
        DataExportVerb.Create(),
    };

    /// <summary><c>--output DIR</c>, the folder to make.</summary>
    public static Option<string> Output() =>
        new("--output", "-o") { Description = "The folder to make.", Required = true, HelpName = "DIR" };

    /// <summary><c>--overwrite</c>.</summary>
    public static Option<bool> Overwrite() => new("--overwrite") { Description = "Replace the folder if it exists." };
}
