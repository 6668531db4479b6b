using System.Text.Json;
using System.Text.Json.Nodes;
using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary><c>train --continue</c>.</summary>
[Collection(nameof(CommandLine))]
public sealed class ContinueTests : IDisposable
{
    private static readonly string[] Small =
        ["--hidden", "8", "--latent", "4", "--batch-size", "12", "--device", "simd", "--validation-metric", "NDCG@5"];

    private readonly TemporaryFolder _folder = TestData.NewFolder();
    private readonly string _older, _newer;

    public ContinueTests()
    {
        _older = CommandLine.WriteToyData(_folder["older"]);
        var data = PreparedDataset.Open(_older);
        // Columns from right to left; item i3 is called new, and user u1 is called v1.
        int[] map = [.. Enumerable.Range(0, 20).Select(item => 19 - item)];
        EvaluationSplit Part(EvaluationSplit part) =>
            new(part.FoldIn.MapColumns(20, map), part.HeldOut.MapColumns(20, map), part.FirstUser);
        new PreparedDataset(data.Manifest, data.Train.MapColumns(20, map), Part(data.Validation!), Part(data.Test!),
            [.. data.UserIds.Select(id => id == "u1" ? "v1" : id)],
            new ItemList([.. data.ItemIds.Reverse().Select(id => id == "i3" ? "new" : id)])).Save(_folder["newer"]);
        _newer = _folder["newer"];
    }

    public void Dispose() => _folder.Dispose();

    private CommandResult Train(string output, params string[] arguments) =>
        CommandLine.Run(["train", "--data", _older, "--output", _folder[output], .. arguments]);

    private CommandResult Continue(string older, string output, params string[] arguments) =>
        CommandLine.Run(["train", "--continue", _folder[older], "--data", _newer, "--output", _folder[output], .. arguments]);

    private JsonElement Manifest(string run) => JsonDocument.Parse(File.ReadAllText(_folder[run, "run.json"])).RootElement;

    [Fact]
    public void What_changed_is_said_and_recorded()
    {
        Train("vae", [.. Small, "--epochs", "21"]).Succeeded();
        var result = Continue("vae", "next", "--json").Succeeded();
        var data = PreparedDataset.Open(_older);
        int newClicks = Enumerable.Range(0, 24).Count(user => user != 1 && data.Train.Contains(user, 3))
            + data.Train.RowLength(1);
        Assert.Contains("after 21 epochs", result.Messages, StringComparison.Ordinal);
        Assert.Contains("users      24: 1 new, 1 gone", result.Messages, StringComparison.Ordinal);
        Assert.Contains("items      20: 1 new, 1 gone", result.Messages, StringComparison.Ordinal);
        Assert.Contains($"clicks     {data.Train.EntryCount}: {newClicks} new, {newClicks} gone", result.Messages,
            StringComparison.Ordinal);
        Assert.Contains("before     NDCG@5 0.", result.Messages, StringComparison.Ordinal);
        var manifest = Manifest("next");
        Assert.Equal(2, manifest.GetProperty("settings").GetProperty("epochs").GetInt32()); // a twelfth, rounded up
        Assert.Equal(4, manifest.GetProperty("settings").GetProperty("latent").GetInt32());
        var from = manifest.GetProperty("continuedFrom");
        Assert.Equal(Path.GetFullPath(_folder["vae"]), from.GetProperty("run").GetString());
        Assert.Equal(21, from.GetProperty("epochs").GetInt32());
        Assert.Equal(DatasetManifest.HashFile(_folder["vae", "last.ckpt"]), from.GetProperty("checkpointHash").GetString());
        Assert.Equal(from.ToString(), result.Json.GetProperty("continuedFrom").ToString());
        Assert.Equal(2, result.Json.GetProperty("epochs").GetInt32());
        // Its columns are the newer data's, and its weights have seen the older users too.
        Assert.Equal(File.ReadAllText(_folder["newer", "items.tsv"]), File.ReadAllText(_folder["next", "items.tsv"]));
        Assert.Equal(25, File.ReadAllLines(_folder["next", "users.tsv"]).Length - 1);
        CommandLine.Run("evaluate", "--run", _folder["next"]).Succeeded();
        Continue("next", "third").Succeeded();
        Assert.Equal(23, Manifest("third").GetProperty("continuedFrom").GetProperty("epochs").GetInt32());
    }

    [Fact]
    public void Test_users_that_the_older_run_was_trained_on_are_counted()
    {
        var data = PreparedDataset.Open(_older);
        string[] users = [.. data.UserIds];
        (users[0], users[32]) = (users[32], users[0]); // u0 was trained on, and is held out for the test now
        new PreparedDataset(data.Manifest, data.Train, data.Validation, data.Test, users, data.Items).Save(_folder["swapped"]);
        Train("vae", [.. Small, "--epochs", "1"]).Succeeded();
        var result = CommandLine.Run("train", "--continue", _folder["vae"], "--data", _folder["swapped"], "--output",
            _folder["next"]).Succeeded();
        Assert.Contains("was trained on 1 of the 8 test users", result.Messages, StringComparison.Ordinal);
        Assert.Contains("was trained on 1 of the 8 test users",
            CommandLine.Run("evaluate", "--run", _folder["next"]).Succeeded().Messages, StringComparison.Ordinal);
        Assert.DoesNotContain("was trained on",
            CommandLine.Run("evaluate", "--run", _folder["vae"]).Succeeded().Messages, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_one_is_resumed_to_the_same_bits()
    {
        Train("vae", [.. Small, "--epochs", "4"]).Succeeded();
        Continue("vae", "whole", "--epochs", "4").Succeeded();
        var stopped = CommandLine.RunUntil("epoch    2/4", "train", "--continue", _folder["vae"], "--data", _newer, "--output",
            _folder["stopped"], "--epochs", "4");
        Assert.Equal(130, stopped.ExitCode);
        CommandLine.Run("train", "--resume", "--output", _folder["stopped"]).Succeeded();
        Assert.Equal(File.ReadAllBytes(_folder["whole", "best.ckpt"]), File.ReadAllBytes(_folder["stopped", "best.ckpt"]));

        // Killed before its first checkpoint, it starts again from the older run.
        File.Delete(_folder["stopped", "last.ckpt"]);
        File.Delete(_folder["stopped", "best.ckpt"]);
        File.Delete(_folder["stopped", "metrics.jsonl"]);
        CommandLine.Run("train", "--resume", "--output", _folder["stopped"]).Succeeded();
        Assert.Equal(File.ReadAllBytes(_folder["whole", "best.ckpt"]), File.ReadAllBytes(_folder["stopped", "best.ckpt"]));
    }

    [Fact]
    public void Baselines_are_fitted_anew_with_their_settings_and_ials_goes_on()
    {
        Train("ease", "--model", "ease", "--lambda", "20").Succeeded();
        Assert.Contains("note       ease is fitted anew", Continue("ease", "ease2").Succeeded().Messages,
            StringComparison.Ordinal);
        CommandLine.Run("train", "--data", _newer, "--output", _folder["ease3"], "--model", "ease", "--lambda", "20").Succeeded();
        Assert.Equal(File.ReadAllBytes(_folder["ease3", "best.ckpt"]), File.ReadAllBytes(_folder["ease2", "best.ckpt"]));
        Assert.Equal(24, File.ReadAllLines(_folder["ease2", "users.tsv"]).Length - 1); // it has not seen u1

        Train("ials", "--model", "ials", "--factors", "6").Succeeded();
        Assert.Contains("goes on from the vectors", Continue("ials", "ials2").Succeeded().Messages, StringComparison.Ordinal);
        Assert.Equal(1, Manifest("ials2").GetProperty("baselineSettings").GetProperty("epochs").GetInt32());
        Assert.Equal(6, Manifest("ials2").GetProperty("baselineSettings").GetProperty("factors").GetInt32());
        Refused(Continue("ials", "ials3", "--factors", "3"), "ials: factors is 3, but the vectors to start from have 6");
    }

    [Fact]
    public void What_cannot_go_on_is_refused_in_one_line()
    {
        Train("vae", [.. Small, "--epochs", "2"]).Succeeded();
        Refused(Continue("vae", "no", "--latent", "6"), "--latent differs from that of");
        Refused(Continue("vae", "no", "--model", "multdae"), "--model multdae: the run");
        Refused(Continue("vae", "no", "--lambda", "6"), "--lambda is not a setting of multvae");
        Refused(Continue("vae", "no", "--preset", "ml-1m"), "--preset ml-1m: a run that goes on from another has its settings");
        Refused(Continue("vae", "no", "--resume"), "--continue starts a new one from a finished run; give one of them.");
        Refused(Continue("vae", "vae"), "is the input itself");
        Refused(CommandLine.Run("train", "--continue", _folder["vae"], "--output", _folder["no"]), "--data is missing");
        Refused(Continue("nothing", "no"), "is not a run");

        Train("neumf", "--model", "neumf", "--epochs", "1").Succeeded();
        Refused(Continue("neumf", "no"), "neumf has weights of its training users");
        Train("cdae", "--model", "cdae", "--user-nodes", "true", "--epochs", "1").Succeeded();
        Refused(Continue("cdae", "no"), "cdae has weights of its training users");

        File.Delete(_folder["vae", "last.ckpt"]);
        Refused(Continue("vae", "no"), "has no last.ckpt, from which training goes on");
    }

    [Fact]
    public void Data_of_another_catalogue_and_runs_without_ids_are_refused()
    {
        Train("vae", [.. Small, "--epochs", "1"]).Succeeded();
        var data = PreparedDataset.Open(_older);
        string[] ids = [.. data.ItemIds.Select((id, item) => item < 9 ? id : $"x{item}")];
        new PreparedDataset(data.Manifest, data.Train, data.Validation, data.Test, data.UserIds, new ItemList(ids))
            .Save(_folder["other"]);
        Refused(CommandLine.Run("train", "--continue", _folder["vae"], "--data", _folder["other"], "--output", _folder["no"]),
            "knows only 9 of its 20 items by their ids, less than half");
        string file = _folder["vae", "run.json"];
        var manifest = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        manifest.Remove("idsHash");
        File.WriteAllText(file, manifest.ToJsonString());
        Refused(Continue("vae", "no"), "is of a version that did not keep item ids");
    }

    private void Refused(CommandResult result, string expected)
    {
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(expected, result.Messages, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["no"]));
    }
}
