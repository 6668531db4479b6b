using System.CommandLine;
using ManualVae.Data;
using ManualVae.Data.Export;
using ManualVae.Data.Import;
using ManualVae.Export;
using ManualVae.Tools.Datasets;

namespace ManualVae.Tools.Verbs.Data;

/// <summary><c>data export DIR</c>: a prepared dataset in the layout of other programs.</summary>
internal static class DataExportVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var directory = new Argument<string?>("DIR") { Description = "A prepared dataset.", Arity = ArgumentArity.ZeroOrOne };
        var data = new Option<string?>("--data") { Description = "The same, as an option.", HelpName = "DIR" };
        var format = new Option<string>("--format")
        {
            Description = "Layout to write: pro-sg (Mult-VAE, RecVAE, PIAVAE), npz (SciPy's sparse matrices), or parquet (tables "
                + "of user and item).",
            HelpName = "pro-sg|npz|parquet",
            DefaultValueFactory = _ => ClickFormats.ProSg
        };
        var ids = new Option<string?>("--ids")
        {
            Description = "What unique_sid.txt and unique_uid.txt list: 'original' ids (as the reference code) or 'positions'. "
                + "Default: original; positions where ready-made parts were merged and the fold-in drawn by positions.",
            HelpName = "KIND",
        };
        var (output, overwrite) = (DatasetFlags.Output(), DatasetFlags.Overwrite());
        return Verb.Create("export", "Write a prepared dataset in another layout.", result =>
        {
            DatasetFormat? other = result.GetValue(format) switch
            {
                ClickFormats.ProSg => null,
                "npz" => DatasetFormat.Npz,
                "parquet" => DatasetFormat.Parquet,
                var unknown => throw new InputException($"--format {unknown}: cannot be written; use pro-sg, npz or parquet."),
            };
            if (other is not null && result.GetValue(ids) is not null)
                throw new InputException("--ids: is for --format pro-sg; leave it out.");
            string input = result.GetValue(directory) ?? result.GetValue(data)
                ?? throw new InputException("data export: name the prepared dataset.");
            var (folder, replace) = (result.GetValue(output)!, result.GetValue(overwrite));
            bool? positions = Positions(result.GetValue(ids));
            using var claim = OutputFolder.Claim(folder, input);
            AtomicFile.RefuseToReplace(folder, replace, kind: other is null ? ProSgExport.Kind : DatasetExport.Kind);
            var prepared = PreparedDataset.Open(input);
            string note = "";
            if (other is { } layout) DatasetExport.Write(prepared, folder, layout, replace);
            else
            {
                ProSgExport.Write(prepared, folder, positions, replace);
                if (positions ?? ProSgExport.ByPosition(prepared))
                    note = "; unique_sid.txt and unique_uid.txt list positions (--ids original for original ids)";
            }
            Console.Error.WriteLine($"wrote {folder}{note}");
            return ExitCode.Done;
        }, directory, data, format, ids, output, overwrite);
    }

    private static bool? Positions(string? ids) => ids switch
    {
        null => null,
        "original" => false,
        "positions" => true,
        _ => throw new InputException($"--ids {ids}: unknown; use original or positions."),
    };
}
