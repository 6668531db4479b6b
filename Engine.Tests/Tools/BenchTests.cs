using System.Text.Json;
using System.Xml.Linq;
using ManualVae.Compute;
using ManualVae.Compute.Measure;
using ManualVae.Compute.Simd;
using ManualVae.Models;
using ManualVae.Tests.Compute.Simd.Bf16;
using ManualVae.Tools;
using ManualVae.Tools.Bench;
using Spectre.Console;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>What bench measures by which choice, what it prints, and what it compares.</summary>
[Collection(nameof(CommandLine))]
public sealed class BenchTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"bench-{Guid.NewGuid():N}.json");

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData(null, null, "forward NT 500x600x20108, dH NN 500x20108x600, dW TN 20108x500x600")]
    [InlineData("decoder", "tn", "dW TN 20108x500x600")]
    [InlineData("one-user,Middle", null, "one user NT 1x601x20107, middle NT 500x600x400")]
    [InlineData("dh", null, "dH NN 500x20108x600, dH NN 499x20107x601")]
    [InlineData("2x3x4", null, "own NN 2x3x4, own NT 2x3x4, own TN 2x3x4")]
    [InlineData("2x3x4", "NT", "own NT 2x3x4")]
    public void Products_are_chosen_by_name_by_size_and_by_layout(string? shape, string? layout, string chosen) =>
        Assert.Equal(chosen, string.Join(", ", GemmShapes.Choose(shape, layout, GemmShapes.Decoder)
            .Select(product => $"{product.Name} {product.LayoutName} {product.Sizes}")));

    [Fact]
    public void Sizes_are_m_times_k_times_n()
    {
        var product = GemmShapes.Choose("2x3x4", "NN", []).Single();
        Assert.Equal((2, 3, 4), (product.M, product.K, product.N));
    }

    [Fact]
    public void A_small_product_is_measured_and_then_compared_with_itself()
    {
        var first = CommandLine.Run(
            "bench", "gemm", "--shape", "16x8x4", "--layout", "NT", "--threads", "1", "--json").Succeeded();
        Assert.Contains("gemm, 1 shape, 1 thread: 30 rounds", first.Messages, StringComparison.Ordinal);
        Assert.Equal(Environment.ProcessorCount, first.Json.GetProperty("machine").GetProperty("processors").GetInt32());
        Assert.NotEmpty(first.Json.GetProperty("machine").GetProperty("processor").GetString()!);
        var line = first.Json.GetProperty("results").EnumerateArray().Single();
        Assert.Equal(("gemm own NT", "16x8x4"), (line.GetProperty("name").GetString(), line.GetProperty("shape").GetString()));
        Assert.Equal(1, line.GetProperty("threads").GetInt32());

        File.WriteAllText(_file, first.Output);
        var report = JsonSerializer.Deserialize<BenchReport>(first.Output, Terminal.Json)!;
        Assert.Equal("1.00", EarlierReport.Read(_file)!.Ratio(report.Results.Single()));
    }

    [Fact]
    public void Answers_are_measured_beside_one_read_of_the_decoder()
    {
        using var probe = new MachineProbe(threads: 1);
        using var backend = new SimdBackend(probe.Pool);
        using var model = new Autoencoder(
            backend, new AutoencoderSettings { Hidden = [8], Latent = 4 }, 90, 64, seed: 1, training: false);
        var report = FewUsersBench.Run(model, Precision.Fp32, probe, measured: 2);
        Assert.Equal(90 * 8 * 4, report.DecoderBytes);
        Assert.Equal(report.DecoderBytes / report.ReadGigabytesPerSecond / 1e9, report.OneReadSeconds, 1e-12);
        Assert.Equal([1, 4, 16, 64], report.Results.Select(result => result.Users));
        Assert.All(report.Results, result =>
        {
            Assert.Equal(32, result.Runs);
            Assert.True(0 < result.BestSeconds && result.BestSeconds <= result.MedianSeconds);
            Assert.True(result.MedianSeconds <= result.P99Seconds);
            Assert.Equal(result.Users / result.MedianSeconds, result.AnswersPerSecond, 1e-6);
            Assert.True(result.TimesOneRead > 0);
        });
    }

    [Theory]
    [InlineData("--rate needs the URL", "--rate", "5")]
    [InlineData("--requests needs the URL", "--requests", "10")]
    [InlineData("--precision measures the engine itself", "http://127.0.0.1:1", "--precision", "bf16")]
    [InlineData("--run measures the engine itself", "http://127.0.0.1:1", "--run", "nowhere")]
    public void Flags_of_a_service_and_of_the_engine_are_not_mixed(string message, params string[] flags)
    {
        var run = CommandLine.Run(["bench", "serve", .. flags]);
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains(message, run.Messages.Replace(": ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Bf16Fact]
    public void A_product_in_bfloat16_stands_below_single_precision_with_its_error()
    {
        var run = CommandLine.Run("bench", "gemm", "--shape", "16x300x40", "--layout", "NT", "--threads", "1",
            "--precision", "bf16", "--json").Succeeded();
        var lines = run.Json.GetProperty("results").EnumerateArray().ToArray();
        Assert.Equal(["gemm own NT, fp32", "gemm own NT, bf16"], lines.Select(line => line.GetProperty("name").GetString()));
        Assert.False(lines[0].TryGetProperty("error", out _));
        Assert.InRange(lines[1].GetProperty("error").GetDouble(), 1e-3, 4e-3);
    }

    /// <summary>A process of its own runs the 256-bit kernels; the reference multiplies here.</summary>
    [Fact]
    public void Tiers_stand_side_by_side()
    {
        var run = CommandLine.Run(
            "bench", "gemm", "--tiers", "portable,reference", "--shape", "16x8x4", "--layout", "NN", "--threads", "1", "--json");
        Assert.Equal(["portable", "reference"],
            run.Succeeded().Json.GetProperty("results").EnumerateArray().Select(line => line.GetProperty("tier").GetString()));
        var table = new StringWriter();
        JsonSerializer.Deserialize<BenchReport>(run.Output, Terminal.Json)!.Print(Console(table), null);
        Assert.Matches(@"gemm own NN +│ 16x8x4 +│ +1 │ +[\d.]+ │ +[\d.]+ \([\d.]+x\)", table.ToString());
    }

    [Theory]
    [InlineData(10, 11, 11.5, 12, "1.15 slower")] // what nine of ten earlier runs did not reach
    [InlineData(10, 12, 11.5, 12, "1.15")]        // the earlier runs differed as much among themselves
    [InlineData(10, 10.1, 10.2, 12, "1.02")]      // less than 3 %
    [InlineData(10, 12, 8, 9, "0.80 faster")]
    [InlineData(10, 12, 8, 10, "0.80")]
    public void A_word_stands_only_where_the_difference_is_more_than_noise(
        double before, double p90Before, double now, double p90Now, string cell)
    {
        File.WriteAllText(_file, Terminal.ToJson(Report(Line("x", before, p90Before))));
        var earlier = EarlierReport.Read(_file)!;
        Assert.Equal(cell, earlier.Ratio(Line("x", now, p90Now)));
        Assert.Equal("", earlier.Ratio(Line("new", now, p90Now)));
    }

    [Fact]
    public void Reports_of_earlier_versions_can_be_compared_with()
    {
        string results = Path.Combine(TestData.RepositoryRoot, "Engine.Bench", "results");
        string[] files = Directory.GetFiles(results, "gemm.json", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            var report = JsonSerializer.Deserialize<BenchReport>(File.ReadAllText(file), Terminal.Json)!;
            var earlier = EarlierReport.Read(file)!;
            Assert.All(GemmShapes.Decoder, shape => Assert.Equal("1.00", earlier.Ratio(report.Results.First(
                line => line.Name == $"gemm {shape.Name} {shape.LayoutName}" && line.Shape == shape.Sizes))));
        }
    }

    [Fact]
    public void The_table_explains_what_is_above_the_roof()
    {
        var lines = new[]
        {
            Line("from cache", 1, 1) with { Gflops = 1, GigabytesPerSecond = 30, FractionOfPeak = 3 },
            Line("disturbed", 1, 1) with { Gflops = 300, GigabytesPerSecond = 1, FractionOfPeak = 3 },
            Line("below", 1, 1) with { Gflops = 50, GigabytesPerSecond = 1, FractionOfPeak = 0.5, Share = 0.25 },
        };
        var text = new StringWriter();
        Report(lines).Print(Console(text), null);
        Assert.Matches(@"from cache .* 300\.0 ?%\*", text.ToString());
        Assert.Matches(@"disturbed .* 300\.0 ?%!", text.ToString());
        Assert.Matches(@"below .* 25\.0 ?% .* 50\.0 ?% ", text.ToString());
        Assert.Contains("* Above the roof", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("! Faster than the peak", text.ToString(), StringComparison.Ordinal);
        Assert.Contains(BenchMachine.Here.Processor, text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_roofline_names_machine_threads_and_every_point()
    {
        var lines = Enumerable.Range(0, 12).Select(i =>
            Line($"operation {i}", 1, 1) with { Gflops = 10 + i, GigabytesPerSecond = 5 + i / 10.0, FractionOfPeak = 0.5 });
        var svg = XDocument.Parse(Roofline.Of(Report([.. lines])));
        var texts = svg.Descendants().Where(e => e.Name.LocalName == "text").ToList();
        string words = string.Join(' ', texts.Select(text => text.Value));
        Assert.Contains(BenchMachine.Here.Processor, words, StringComparison.Ordinal);
        Assert.Contains("2 threads: 100 GFLOP/s peak", words, StringComparison.Ordinal);
        var labels = texts.Where(text => text.Value.StartsWith("operation ", StringComparison.Ordinal)).ToList();
        Assert.Equal(12, labels.Count);
        // Points nearly in one place, and yet no label on another: equal heights only where they are far apart.
        var places = labels.Select(text => ((double)text.Attribute("x")!, (double)text.Attribute("y")!)).ToList();
        foreach (var (x, y) in places)
            Assert.Single(places, other => Math.Abs(other.Item2 - y) < 11 && Math.Abs(other.Item1 - x) < 60);
    }

    private static BenchResult Line(string name, double median, double p90) => new(name, "1x1", 2, median, p90, 0, 0, 0);

    private static BenchReport Report(params BenchResult[] lines) => new(100, 10, lines) { Machine = BenchMachine.Here };

    private static IAnsiConsole Console(StringWriter target)
    {
        var console = AnsiConsole.Create(new() { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(target) });
        console.Profile.Width = 160;
        return console;
    }
}
