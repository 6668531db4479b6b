using System.CommandLine;
using ManualVae.Data;
using ManualVae.Data.Export;
using ManualVae.Data.Import;
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
            Description = "Layout to write: pro-sg (Mult-VAE, RecVAE, PIAVAE).",
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
            if (result.GetValue(format) != ClickFormats.ProSg)
                throw new InputException($"--format {result.GetValue(format)}: cannot be written; use {ClickFormats.ProSg}.");
            string input = result.GetValue(directory) ?? result.GetValue(data)
                ?? throw new InputException("data export: name the prepared dataset.");
            bool? positions = result.GetValue(ids) switch
            {
                null => null,
                "original" => false,
                "positions" => true,
                var other => throw new InputException($"--ids {other}: unknown; use original or positions."),
            };
            using var claim = OutputFolder.Claim(result.GetValue(output)!, input);
            AtomicFile.RefuseToReplace(result.GetValue(output)!, result.GetValue(overwrite), kind: ProSgExport.Kind);
            var prepared = PreparedDataset.Open(input);
            ProSgExport.Write(prepared, result.GetValue(output)!, positions, result.GetValue(overwrite));
            Console.Error.WriteLine($"wrote {result.GetValue(output)}" + (positions ?? ProSgExport.ByPosition(prepared)
                ? "; unique_sid.txt and unique_uid.txt list positions (--ids original for original ids)" : ""));
            return ExitCode.Done;
        }, directory, data, format, ids, output, overwrite);
    }
}
