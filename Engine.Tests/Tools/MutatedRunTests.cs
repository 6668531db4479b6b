using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>Commands on a run whose files were changed do their work or end with one line: never with a failure.</summary>
[Collection(nameof(CommandLine))]
public sealed class MutatedRunTests : IDisposable
{
    private const int Mutants = 100;

    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("multvae", "run.json", "recommend")]
    [InlineData("multvae", "run.json", "report")]
    [InlineData("ease", "run.json", "recommend")]
    [InlineData("ease", "run.json", "report")]
    [InlineData("ease", "results.json", "report")]
    [InlineData("multvae", "metrics.jsonl", "report")]
    public void A_changed_file_is_read_or_refused(string model, string file, string command)
    {
        CommandLine.WriteToyData(_folder["data"]);
        string[] settings = model != "multvae" ? []
            : ["--hidden", "8", "--latent", "4", "--epochs", "3", "--device", "reference"];
        CommandLine.Run(["train", "--data", _folder["data"], "--output", _folder["run"], "--model", model, .. settings])
            .Succeeded();
        CommandLine.Run("evaluate", "--run", _folder["run"]).Succeeded();
        byte[] sound = File.ReadAllBytes(_folder["run", file]);
        for (int seed = 0; seed < Mutations.Count(Mutants); seed++)
        {
            var random = new Random(seed);
            File.WriteAllBytes(_folder["run", file], Mutations.File(file, sound, random));
            var result = command == "report"
                ? CommandLine.Run("report", _folder["run"], "--output", _folder["report.html"])
                : CommandLine.Run("recommend", "--run", _folder["run"], "--items", "i1,i3", "--top", "2");
            Assert.True(result.ExitCode is 0 or 2, $"seed {seed}: {result.Messages}");
            if (result.ExitCode == 2) Assert.Contains("manualvae: ", result.Messages.TrimEnd().Split('\n')[^1]);
        }
    }
}
