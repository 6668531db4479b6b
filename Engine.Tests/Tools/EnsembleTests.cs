using Xunit;

namespace ManualVae.Tests.Tools;

[Collection(nameof(CommandLine))]
public sealed class EnsembleTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();
    private readonly string _data, _ease, _ials;

    public EnsembleTests()
    {
        _data = CommandLine.WriteToyData(_folder["data"]);
        _ease = Train("ease");
        _ials = Train("ials");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_ensemble_is_evaluated_recommends_and_compares_like_a_run()
    {
        var made = CommandLine.Run("ensemble", _ease, _ials, "--output", _folder["both"], "--metric", "NDCG@5", "--json")
            .Succeeded().Json;
        Assert.Equal(1, made.GetProperty("members").EnumerateArray().Sum(member => member.GetProperty("weight").GetDouble()), 9);
        Assert.InRange(made.GetProperty("validation").GetDouble(), 0.01, 1);
        CommandLine.Run("evaluate", "--run", _folder["both"]).Succeeded();
        CommandLine.Run("compare", _ease, _folder["both"]).Succeeded();
        var list = CommandLine.Run("recommend", "--run", _folder["both"], "--items", "i1,i3", "--json").Succeeded().Json;
        Assert.Equal(10, list.GetProperty("recommendations").GetArrayLength());
        CommandLine.Run("report", _folder["both"], _ease).Succeeded();
    }

    [Fact]
    public void All_weight_on_one_member_ranks_as_that_member()
    {
        CommandLine.Run("ensemble", _ease, _ials, "--output", _folder["one"], "--weights", "1,0").Succeeded();
        string[] Items(string run) => [.. CommandLine.Run("recommend", "--run", run, "--items", "i1,i3", "--json").Succeeded()
            .Json.GetProperty("recommendations").EnumerateArray().Select(item => item.GetProperty("item").GetString()!)];
        Assert.Equal(Items(_ease), Items(_folder["one"]));
    }

    [Fact]
    public void A_member_that_was_trained_anew_is_noticed()
    {
        CommandLine.Run("ensemble", _ease, _ials, "--output", _folder["both"], "--weights", "1,1").Succeeded();
        Directory.Delete(_ease, recursive: true);
        Train("ease", "--lambda", "3");
        var refused = CommandLine.Run("evaluate", "--run", _folder["both"]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("was trained anew since", refused.Messages, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--weights 1", "1 weights for 2 runs")]
    [InlineData("--weights 1,-1", "'-1' is no weight")]
    [InlineData("--weights 0,0", "one must be above 0")]
    [InlineData("--metric ARP@10", "larger is not better")]
    public void Weights_are_checked(string flags, string expected)
    {
        var refused = CommandLine.Run(["ensemble", _ease, _ials, "--output", _folder["x"], .. flags.Split(' ')]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(expected, refused.Messages, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["x"]));
    }

    private string Train(string model, params string[] settings)
    {
        CommandLine.Run(["train", "--data", _data, "--output", _folder[model], "--model", model, .. settings]).Succeeded();
        return _folder[model];
    }
}
