using System.CommandLine;
using ManualVae.Tools.Verbs.Data;

namespace ManualVae.Tools.Verbs;

/// <summary><c>data</c>: everything that comes before training.</summary>
internal static class DataVerb
{
    /// <summary>The parent command.</summary>
    public static Command Create() => new("data", "Import, fetch, make up, describe and export datasets.")
    {
        DataImportVerb.Create(),
        DataSynthesizeVerb.Create(),
        DataDownloadVerb.Create(),
        DataFeaturesVerb.Create(),
        DataDescribeVerb.Create(),
        DataExportVerb.Create(),
    };
}
