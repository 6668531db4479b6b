using ManualVae.Tools;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>Work that needs more memory than was allowed is refused in one line, before it starts and writes anything.</summary>
[Collection(nameof(CommandLine))]
public sealed class MaxMemoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public MaxMemoryTests()
    {
        CommandLine.WriteToyData(_folder["data"]);
        CommandLine.Run("train", "--data", _folder["data"], "--output", _folder["vae"], "--hidden", "8", "--latent", "4",
            "--epochs", "1", "--device", "reference").Succeeded();
        CommandLine.Run("train", "--data", _folder["data"], "--output", _folder["ease"], "--model", "ease").Succeeded();
        CommandLine.Run("ensemble", _folder["vae"], _folder["ease"], "--output", _folder["both"], "--weights", "1,1").Succeeded();
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("train --data DATA --output OUT --hidden 8 --latent 4 --epochs 1 --device reference")]
    [InlineData("train --data DATA --output OUT --model ease")]
    [InlineData("train --data DATA --output OUT --model ials")]
    [InlineData("train --data DATA --output OUT --model slim")]
    [InlineData("train --data DATA --output OUT --model neumf --device reference")]
    [InlineData("evaluate --run VAE")]
    [InlineData("evaluate --run EASE")]
    [InlineData("evaluate --run BOTH")]
    [InlineData("recommend --run VAE --items i1,i3")]
    [InlineData("recommend --run EASE --items i1,i3")]
    [InlineData("similar --run VAE --item i1")]
    [InlineData("similar --run EASE --item i1")]
    [InlineData("export VAE --format npz --output OUT")]
    [InlineData("export VAE --format onnx --output OUT")]
    [InlineData("export EASE --format npz --output OUT")]
    [InlineData("export VAE --vectors items --output NPY")]
    [InlineData("study radius --run VAE --users 10")]
    public void Too_little_is_refused_and_enough_is_not_mentioned(string command)
    {
        string[] words = [.. command.Split(' ').Select(word => word switch
        {
            "DATA" => _folder["data"], "OUT" => _folder["out"], "VAE" => _folder["vae"], "EASE" => _folder["ease"],
            "NPY" => _folder["out.npy"], "BOTH" => _folder["both"], _ => word,
        })];
        var refused = CommandLine.Run([.. words, "--max-memory", "0.1KiB"]);
        Assert.True(refused.ExitCode == 2, refused.Messages);
        Assert.Contains("its limit is 0 MiB", refused.Messages.TrimEnd().Split('\n')[^1]);
        Assert.False(Path.Exists(_folder["out"]) || Path.Exists(_folder["out.npy"]));
        CommandLine.Run([.. words, "--max-memory", "4GiB"]).Succeeded();
    }

    [Theory]
    [InlineData("vae")]
    [InlineData("ease")]
    public void A_service_with_too_little_does_not_start(string run)
    {
        var refused = CommandLine.Run("serve", _folder[run], "--urls", "http://127.0.0.1:0", "--max-memory", "0.1KiB");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("its limit is 0 MiB", refused.Messages.TrimEnd().Split('\n')[^1]);
    }

    [Fact]
    public void A_service_with_enough_starts()
    {
        var served = CommandLine.RunUntil("listening", "serve", _folder["vae"], "--urls", "http://127.0.0.1:0", "--max-memory",
            "4GiB");
        Assert.True(served.ExitCode == 0, served.Messages);
    }

    [Fact]
    public void The_next_command_has_no_limit()
    {
        CommandLine.Run("evaluate", "--run", _folder["vae"], "--max-memory", "1KiB");
        CommandLine.Run("evaluate", "--run", _folder["vae"]).Succeeded();
    }

    [Theory]
    [InlineData("2GiB", 2L << 30)]
    [InlineData("1.5 gib", 3L << 29)]
    [InlineData("800MB", 800_000_000L)]
    [InlineData("1KiB", 1024L)]
    public void An_amount_is_read(string text, long bytes) => Assert.Equal(bytes, ByteSize.Read("--max-memory", text));

    [Theory]
    [InlineData("2")]
    [InlineData("GiB")]
    [InlineData("-1GiB")]
    [InlineData("0MiB")]
    [InlineData("1e3GiB")]
    [InlineData("NaNGiB")]
    [InlineData("99999999999999TiB")]
    public void What_is_no_amount_is_refused(string text)
    {
        var refused = CommandLine.Run("evaluate", "--run", _folder["vae"], "--max-memory", text);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("give an amount such as 800MiB or 2GiB", refused.Messages);
    }
}
