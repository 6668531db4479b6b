using System.CommandLine;
using ManualVae.Data;
using ManualVae.Data.Synthetic;
using ManualVae.Tools.Datasets;
using ManualVae.Tools.Settings;

namespace ManualVae.Tools.Verbs.Data;

/// <summary><c>data synthesize</c>: made-up clicks of a given shape.</summary>
internal static class DataSynthesizeVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var settings = new SettingFlags<SynthesizeOptions>(new(), notes: new Dictionary<string, string>
        {
            [nameof(SynthesizeOptions.Preset)] = $"One of {string.Join(", ", SyntheticShape.Presets.Keys)}.",
        });
        var (output, overwrite, json) = (DatasetFlags.Output(), DatasetFlags.Overwrite(), Flags.Json());
        return Verb.Create("synthesize", "Make up clicks with planted tastes, power-law popularity and log-normal "
            + "activity.", result =>
        {
            var options = settings.Read(result, new());
            var shape = options.ToShape();
            string directory = result.GetValue(output)!;
            using var claim = OutputFolder.Claim(directory);
            AtomicFile.RefuseToReplace(directory, result.GetValue(overwrite), kind: PreparedDataset.Kind);
            var data = DatasetProgress.Run("drawing clicks", progress =>
                SyntheticClicks.Generate(shape, options.Seed, progress, Session.Cancellation));
            DescribeText.Print(data.Save(directory, result.GetValue(overwrite)), result.GetValue(json));
            return ExitCode.Done;
        }, [output, .. settings.Options, overwrite, json]);
    }
}
