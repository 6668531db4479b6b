using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using ManualVae.Compute;
using ManualVae.Compute.Gpu;
using ManualVae.Compute.Measure;
using ManualVae.Compute.Simd;
using ManualVae.Tools;
using ManualVae.Tools.Bench;
using Spectre.Console;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>What bench shows of a GPU beside the processor; the kernels run on ILGPU's CPU accelerator.</summary>
[Collection(nameof(CommandLine))]
public sealed class GpuBenchTests
{
    private static readonly GpuCard Card = new("Card", "9.0", 132, 1980, 2619, 5120, 80L << 30, "12.9");

    [Fact]
    public void Every_level_stands_beside_its_transfers_and_simd_with_its_error()
    {
        using var device = (ILayeredGemm)Backends.Create("ilgpu-cpu");
        using var probe = new MachineProbe(threads: 1);
        var shape = new GemmShape("own", Transpose.Second, 5, 9, 33);
        BenchResult[] lines = [.. GpuBench.Gemm(
            device, new(1, 10, 10), 100, [shape], probe, new(1, 0, Launches: 2, Settle: 0))];

        Assert.Equal(["launch, queued", "round trip"], lines.Where(line => line.Level is null).Select(line => line.Name));
        Assert.Equal([.. device.Levels, "A up", "B up", "C down", "simd"], lines.Select(line => line.Level).OfType<string>());
        Assert.All(lines, line => Assert.True(line.MedianSeconds > 0));
        foreach (string level in device.Levels)
            Assert.InRange(lines.Single(line => line.Level == level).Error!.Value, 0, level == "tf32" ? 2e-3 : 1e-6);
        Assert.NotEqual(0, lines.Single(line => line.Level == "tf32").Error);
        // 5 x 33 floats up, 33 x 9 up, 5 x 9 down.
        Assert.Equal([660, 1188, 180], lines.Where(line => line.Level is "A up" or "B up" or "C down")
            .Select(line => Math.Round(line.GigabytesPerSecond * 1e9 * line.MedianSeconds)));
    }

    [Fact]
    public void A_transfer_is_timed_until_it_is_done()
    {
        using var device = (GpuBackend)Backends.Create("ilgpu-cpu");
        using var simd = new SimdBackend(1);
        using var product = new GpuProduct(device, new("own", Transpose.Second, 5, 9, 33), simd);
        long before = device.Synchronizations;
        int transfers = product.Transfers(new(Runs: 4, Seconds: 0)).Count();
        Assert.Equal(3, transfers);
        Assert.InRange(device.Synchronizations - before, 4 * transfers, long.MaxValue);
    }

    [Theory]
    [InlineData("1:5:1 4:5:9 16:5:20", "faster from 4 users on")]
    [InlineData("1:5:9 4:5:9", "faster from 1 user on")]
    [InlineData("1:5:1 4:5:2", "not faster up to 4 users")]
    [InlineData("1:5:9 4:5:2 16:5:9", "faster from 16 users on")] // once slower again, the smaller batch does not count
    public void The_batch_is_named_from_which_the_gpu_is_faster(string batches, string words)
    {
        var lines = batches.Split(' ').Select(batch => batch.Split(':')).SelectMany(batch => new[]
        {
            Line(batch[0], "vector", batch[1]), Line(batch[0], "tf32", "0.1"), Line(batch[0], "simd", batch[2]),
        });
        Assert.Contains($"on the GPU: {words};", SideBySide.Note([.. lines]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_a_shape_shows_the_ratio_without_and_with_transfers()
    {
        string text = Printed(Report(Line("16", "naive", "9"), Line("16", "vector", "2"), Line("16", "tf32", "1"),
            Line("16", "A up", "1"), Line("16", "B up", "100"), Line("16", "C down", "5"), Line("16", "simd", "4")));
        Assert.Matches(@"gemm users NT +│ 16x600x20108 +│ +9\.000 │ +2\.000 │ +1\.000 │ +1\.000 │ +100\.000 │ +5\.000 "
            + @"│ +4\.000 │ +2\.00 │ +0\.50", text);
        Assert.Contains("with transfers: not faster up to 16 users", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_report_has_the_limits_of_both_machines_and_the_card()
    {
        var report = Report(Line("16", "vector", "2"));
        string text = Printed(report);
        Assert.Contains("peak 100.0 GFLOP/s (single-precision multiply-adds), copy 20.0 GB/s", text, StringComparison.Ordinal);
        Assert.Contains("peak 50000.0 GFLOP/s", text, StringComparison.Ordinal);
        Assert.Contains("clock 1980 MHz, memory 2619 MHz, CUDA 12.9", text, StringComparison.Ordinal);
        var json = JsonSerializer.Deserialize<BenchReport>(Terminal.ToJson(report), Terminal.Json)!;
        Assert.Equal((Card, report.Processor), (json.Card, json.Processor));
    }

    [Fact]
    public void The_picture_leaves_lines_of_the_other_machine_out()
    {
        string svg = XDocument.Parse(Roofline.Of(Report(Line("16", "vector", "2"), Line("64", "simd", "2")))).ToString();
        Assert.Contains("16x600x20108", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("64x600x20108", svg, StringComparison.Ordinal);
    }

    private static BenchResult Line(string users, string level, string milliseconds) =>
        new($"gemm users NT, {level}", $"{users}x600x20108", 1,
            double.Parse(milliseconds, CultureInfo.InvariantCulture) / 1e3, 1, 10, 5, 0.5)
        { Level = level };

    private static BenchReport Report(params BenchResult[] lines) => new(50_000, 3000, lines)
    {
        Machine = BenchMachine.Here, Device = "gpu:0 (Card)", Card = Card, Processor = new(2, 100, 20),
    };

    private static string Printed(BenchReport report)
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new() { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 200;
        report.Print(console, null);
        return text.ToString();
    }
}
