using System.CommandLine;
using ManualVae.Data;
using ManualVae.Data.Import;

namespace ManualVae.Tools;

/// <summary><c>data export DIR</c>: a prepared dataset in the layout of other programs.</summary>
internal static class DataExportVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var directory = new Argument<string?>("DIR") { Description = "A prepared dataset.", Arity = ArgumentArity.ZeroOrOne };
        var data = new Option<string?>("--data") { Description = "The same, as an option.", HelpName = "DIR" };
        var format = new Option<string>("--format") { Description = "Layout to write: pro-sg (Mult-VAE, RecVAE, PIAVAE).",
            DefaultValueFactory = _ => ClickFormats.ProSg };
        var positions = new Option<bool>(
            "--positions") { Description = "List positions instead of original ids in unique_sid.txt and unique_uid.txt." };
        var (output, overwrite) = (DataVerb.Output(), DataVerb.Overwrite());
        return Verb.Create("export", "Write a prepared dataset in another layout.", result =>
        {
            if (result.GetValue(format) != ClickFormats.ProSg)
                throw new InputException($"--format {result.GetValue(format)}: cannot be written; use {ClickFormats.ProSg}.");
            string input = result.GetValue(directory) ?? result.GetValue(data)
                ?? throw new InputException("data export: name the prepared dataset.");
            ProSgFolder.Write(PreparedDataset.Open(input), result.GetValue(output)!, result.GetValue(positions),
                result.GetValue(overwrite));
            Console.Error.WriteLine($"wrote {result.GetValue(output)}");
            return Program.Done;
        }, directory, data, format, positions, output, overwrite);
    }
}
