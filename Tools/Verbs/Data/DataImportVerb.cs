using System.CommandLine;
using ManualVae.Data;
using ManualVae.Data.Attributes;
using ManualVae.Data.Import;
using ManualVae.Tools.Datasets;
using ManualVae.Tools.Settings;

namespace ManualVae.Tools.Verbs.Data;

/// <summary><c>data import</c>: a click log into a prepared folder.</summary>
internal static class DataImportVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var settings = new SettingFlags<ImportOptions>(New(), notes: new Dictionary<string, string>
        {
            [nameof(ImportOptions.Format)] = $"One of {string.Join(", ", ClickFormats.Names)}.",
            [nameof(ImportOptions.Separator)] = "The words tab, blank, comma, semicolon and pipe stand for themselves.",
        }).Alias(nameof(ImportOptions.Input), "-i").Alone(nameof(ImportOptions.CarveValidation), "one");
        var filters = new SettingFlags<ClickFilters>(new());
        var attributes = new AttributeFlags();
        var (output, overwrite, json) = (DatasetFlags.Output(), DatasetFlags.Overwrite(), Flags.Json());
        return Verb.Create("import", "Turn a click log into a prepared dataset.", result =>
        {
            var options = settings.Read(result, New()) with { Filters = filters.Read(result, new()) };
            options.Validate();
            string directory = result.GetValue(output)!;
            using var claim = OutputFolder.Claim(directory, options.Input);
            AtomicFile.RefuseToReplace(directory, result.GetValue(overwrite), kind: PreparedDataset.Kind);
            var notes = new List<string>(); // printed after the progress bar, which owns the terminal while it runs
            var data = ImportDisplay.Run(progress =>
                DatasetImport.Run(options, notes.Add, progress, Console.OpenStandardInput(), Session.Cancellation));
            foreach (string note in notes) Console.Error.WriteLine(note);
            if (attributes.Read(result, options.ItemIdColumn, options.Items) is { } more)
                data = AttributeImport.Add(data, more, Console.Error.WriteLine, Session.Cancellation);
            DescribeText.Print(data.Save(directory, result.GetValue(overwrite)), result.GetValue(json));
            return ExitCode.Done;
        }, [.. settings.Options, .. attributes.Options, .. filters.Options, output, overwrite, json]);
    }

    private static ImportOptions New() => new() { Input = "" };
}
