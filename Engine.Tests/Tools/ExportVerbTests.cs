using System.Diagnostics;
using System.Text.Json;
using ManualVae.Tests.Export;
using ManualVae.Tools;
using Xunit;

namespace ManualVae.Tests.Tools;

[Collection(nameof(CommandLine))]
public sealed class ExportVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public ExportVerbTests() => CommandLine.WriteToyData(_folder["data"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_becomes_a_file_with_its_ids_beside_it()
    {
        Train("multvae", "--hidden", "8", "--latent", "4", "--epochs", "1", "--device", "reference");
        foreach (string format in new[] { "npz", "safetensors", "onnx" })
        {
            var json = CommandLine.Run("export", _folder["multvae"], "--format", format, "--output", _folder["m." + format],
                "--overwrite", "--json").Succeeded().Json;
            string ids = _folder[$"m.{format}.items.tsv"];
            Assert.Equal(ids, json.GetProperty("ids").GetString());
            Assert.Equal(File.ReadAllText(_folder["multvae", "items.tsv"]), File.ReadAllText(ids));
            Assert.True(new FileInfo(_folder["m." + format]).Length > 1000);
            if (format == "onnx") continue;
            var first = json.GetProperty("arrays")[0];
            Assert.Equal("encoder.0.weight", first.GetProperty("name").GetString());
            Assert.Equal([20, 8], first.GetProperty("shape").EnumerateArray().Select(length => length.GetInt32()));
        }
        var (_, metadata) = SafetensorsReader.Read(File.ReadAllBytes(_folder["m.safetensors"]));
        Assert.Equal(("multvae", "20"), (metadata["model"], metadata["items"]));
        using var settings = JsonDocument.Parse(metadata["settings"]);
        Assert.Equal(4, settings.RootElement.GetProperty("latent").GetInt32());

        string[] vectors = ["export", _folder["multvae"], "--vectors", "users", "--output"];
        CommandLine.Run([.. vectors, _folder["u.npy"]]).Succeeded();
        Assert.Equal([40, 4], NumpyReader.Npy(File.ReadAllBytes(_folder["u.npy"])).Shape);
        Assert.Equal("39\tu39", File.ReadAllLines(_folder["u.npy.ids.tsv"])[40]);
        CommandLine.Run([.. vectors, _folder["u.tsv"]]).Succeeded();
        Assert.StartsWith("u39\t", File.ReadAllLines(_folder["u.tsv"])[40]);
    }

    [Fact]
    public void A_file_is_replaced_only_when_asked()
    {
        Train("ease");
        string[] export = ["export", _folder["ease"], "--format", "npz", "--output"];
        string mine = _folder.Write("mine.npz", "mine");
        AssertRefused("--overwrite", [.. export, mine]);
        Assert.Equal("mine", File.ReadAllText(mine));
        string ids = _folder.Write("other.npz.items.tsv", "mine");
        AssertRefused("other.npz.items.tsv", [.. export, _folder["other.npz"]]);
        Assert.False(File.Exists(_folder["other.npz"]));
        Assert.Equal("mine", File.ReadAllText(ids));
        CommandLine.Run([.. export, mine, "--overwrite"]).Succeeded();
        Assert.Equal([20, 20], NumpyReader.Npz(File.ReadAllBytes(mine))["weights"].Shape);
    }

    [Fact]
    public void An_interrupted_export_leaves_nothing()
    {
        Train("ease");
        string[] before = Data.Samples.Entries(_folder.Path);
        foreach (string format in new[] { "npz", "safetensors", "onnx" })
            Assert.Equal(130, Program.Run(["export", _folder["ease"], "--format", format, "--output", _folder["out", "m"]],
                new CancellationToken(canceled: true)));
        Assert.Equal(before, Data.Samples.Entries(_folder.Path).Where(entry => !entry.EndsWith("out", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_cannot_be_written_is_refused_in_one_line()
    {
        Train("ease");
        Train("ials", "--factors", "2");
        string ease = _folder["ease"], to = _folder["x.npz"];
        AssertRefused("one of --format", "export", ease, "--output", to);
        AssertRefused("one of --format", "export", ease, "--format", "npz", "--vectors", "items", "--output", to);
        AssertRefused("--form", "export", ease, "--format", "npz", "--form", "list", "--output", to);
        AssertRefused("--history", "export", ease, "--vectors", "items", "--history", "shown", "--output", to);
        AssertRefused("--data", "export", ease, "--format", "npz", "--data", _folder["data"], "--output", to);
        AssertRefused(".parquet or .tsv", "export", ease, "--vectors", "items", "--output", _folder["x.bin"]);
        AssertRefused("by --format", "export", ease, "--vectors", "items", "--output", to);
        AssertRefused("--vectors users takes", "export", ease, "--vectors", "users", "--output", to);
        AssertRefused("use --vectors", "export", _folder["ials"], "--format", "onnx", "--output", _folder["x.onnx"]);
        AssertRefused("--json", "export", ease, "--format", "npz", "--output", "-", "--json");
        AssertRefused("is not a run", "export", _folder["data"], "--format", "npz", "--output", to);
    }

    [Fact]
    public async Task A_file_goes_into_a_pipe_or_standard_output()
    {
        if (OperatingSystem.IsWindows()) return;
        Train("ease");
        string[] export = ["export", _folder["ease"], "--format", "safetensors", "--output"];
        CommandLine.Run([.. export, _folder["file"]]).Succeeded();
        byte[] expected = File.ReadAllBytes(_folder["file"]);

        using (var mkfifo = Process.Start("mkfifo", _folder["pipe"])) await mkfifo.WaitForExitAsync();
        var read = Task.Run(() => File.ReadAllBytes(_folder["pipe"]));
        CommandLine.Run([.. export, _folder["pipe"]]).Succeeded();
        Assert.Equal(expected, await read);
        Assert.False(File.Exists(_folder["pipe.items.tsv"]));
        CommandLine.Run([.. export, "/dev/null"]).Succeeded();

        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, .. export, "-"])
        {
            RedirectStandardOutput = true, UseShellExecute = false,
        };
        using var child = Process.Start(start)!;
        var output = new MemoryStream();
        await child.StandardOutput.BaseStream.CopyToAsync(output);
        await child.WaitForExitAsync();
        Assert.Equal((0, expected.Length), (child.ExitCode, (int)output.Length));
        Assert.Equal(expected, output.ToArray());
    }

    private void Train(string model, params string[] settings) => CommandLine.Run(
        ["train", "--data", _folder["data"], "--output", _folder[model], "--model", model, .. settings]).Succeeded();

    private static void AssertRefused(string names, params string[] arguments)
    {
        var result = CommandLine.Run(arguments);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(names, result.Messages);
        Assert.Single(result.Messages.TrimEnd().Split('\n'));
    }
}
