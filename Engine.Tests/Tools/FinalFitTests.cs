using ManualVae.Data;
using ManualVae.Tests.Evaluation;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>The last fit, with what was chosen: on the validation clicks too, or on everybody.</summary>
[Collection(nameof(CommandLine))]
public sealed class FinalFitTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(SplitKind.Weak)]
    [InlineData(SplitKind.Strong)]
    public void A_baseline_is_fitted_to_validation_clicks_and_to_no_test_click(SplitKind split)
    {
        Save(split);
        Assert.Equal([3, 2, 2, 1], Popularity("first"));
        // Weak: a's and b's validation clicks, 1 and 2. Strong: all clicks of the validation user, 0 shown and 2 to find.
        Assert.Equal(split == SplitKind.Weak ? [3, 3, 3, 1] : [4, 2, 3, 1], Popularity("final", "--fit-validation"));
        Assert.Equal(split == SplitKind.Weak ? 5 : 6, RunFolder.Open(_folder["final"]).ReadIds()!.TrainedUsers.Count);

        string[] evaluate = ["evaluate", "--run", _folder["final"], "--metrics", "NDCG@1"];
        Assert.DoesNotContain("note: ", CommandLine.Run(evaluate).Succeeded().Messages);
        Assert.Contains("was trained on the validation clicks too",
            CommandLine.Run([.. evaluate, "--split", "validation"]).Succeeded().Messages);
    }

    [Fact]
    public void A_sweep_does_not_judge_by_clicks_that_it_trained_on()
    {
        Save(SplitKind.Weak);
        var result = CommandLine.Run("sweep", "--data", _folder["data"], "--output", _folder["sweep"], "--model", "ease",
            "--vary", "lambda=1,2", "--fit-validation");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--fit-validation: a sweep judges by the validation clicks", result.Messages);
        Assert.False(Directory.Exists(_folder["sweep"]));
    }

    [Fact]
    public void Without_validation_clicks_there_is_nothing_to_add()
    {
        Save(SplitKind.Weak, validation: false);
        foreach (string model in new[] { "ease", "multvae" })
        {
            var result = CommandLine.Run("train", "--data", _folder["data"], "--output", _folder["run"], "--model", model,
                "--fit-validation");
            Assert.Equal(2, result.ExitCode);
            Assert.Contains("--fit-validation: the dataset has no validation part to train on; leave it out", result.Messages);
            Assert.False(Directory.Exists(_folder["run"]));
        }
    }

    [Fact]
    public void On_everybody_a_baseline_or_an_autoencoder_is_trained_for_the_epochs_given()
    {
        string log = _folder.Write("log.csv", "user,item\na,0\na,1\nb,1\nb,2\nc,0\n");
        CommandLine.Run("data", "import", "--format", "csv", "--input", log, "--user-column", "user", "--item-column", "item",
            "--split", "none", "--output", _folder["data"]).Succeeded();
        Assert.Equal([2, 2, 1], Popularity("everybody"));
        var trained = CommandLine.Run("train", "--data", _folder["data"], "--output", _folder["run"], "--hidden", "none",
            "--latent", "2", "--epochs", "3", "--device", "simd", "--json").Succeeded();
        Assert.Equal(3, trained.Json.GetProperty("epochs").GetInt32());
        Assert.Contains("no validation", trained.Messages);
        foreach (string run in new[] { "everybody", "run" })
            Assert.Equal("2", CommandLine.Run("recommend", "--run", _folder[run], "--user", "a", "--top", "1", "--json")
                .Succeeded().Json.GetProperty("recommendations")[0].GetProperty("item").GetString());
        Assert.Contains("has no test part", CommandLine.Run("evaluate", "--run", _folder["run"]).Messages);
    }

    private float[] Popularity(string run, params string[] flags)
    {
        CommandLine.Run(["train", "--data", _folder["data"], "--output", _folder[run], "--model", "popularity", .. flags])
            .Succeeded();
        using var model = BaselineFile.Load(RunFolder.Open(_folder[run]).BestCheckpoint);
        var scores = new float[model.ItemCount];
        model.Score(FixedScores.Rows(scores.Length, [[]]), 0, 1, scores);
        return scores;
    }

    private void Save(SplitKind split, bool validation = true)
    {
        var train = FixedScores.Rows(4, [0], [1], [0, 2], [1, 3], [0, 2]);
        bool strong = split == SplitKind.Strong;
        var part = !validation ? null : strong ? new EvaluationSplit(FixedScores.Rows(4, [[0]]), FixedScores.Rows(4, [[2]]), 5)
            : new EvaluationSplit(train, FixedScores.Rows(4, [1], [2], [], [], []), 0);
        var test = strong ? new EvaluationSplit(FixedScores.Rows(4, [[1]]), FixedScores.Rows(4, [[3]]), 6)
            : new EvaluationSplit(part is null ? train : CsrMatrix.Union(train, part.HeldOut),
                FixedScores.Rows(4, [2], [0], [], [], []), 0);
        new PreparedDataset(new DatasetManifest { Source = new("synthetic", "final"), Split = split }, train, part, test,
            strong ? ["a", "b", "c", "d", "e", "f", "g"] : ["a", "b", "c", "d", "e"], new ItemList(["0", "1", "2", "3"]))
            .Save(_folder["data"]);
    }
}
