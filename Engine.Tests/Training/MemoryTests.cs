using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ManualVae.Compute;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using ManualVae.Tests.Compute.Simd;
using ManualVae.Tests.Models;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Training;

/// <summary>Memory of the process is measured, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public sealed class MemoryCollection;

/// <summary>What models take, what they give back, and what was estimated.</summary>
[Collection(nameof(MemoryTests))]
public class MemoryTests
{
    [FactOnLinux]
    public void The_estimate_of_every_preset_is_within_15_percent_of_the_measured_peak()
    {
        var wrong = new ConcurrentBag<string>();
        Parallel.ForEach([.. Preset.Names, MemoryChecks.Negatives], new ParallelOptions { MaxDegreeOfParallelism = 2 }, preset =>
        {
            string[] printed = Child(preset).Split(' ');
            double estimate = double.Parse(printed[0], CultureInfo.InvariantCulture),
                peak = double.Parse(printed[1], CultureInfo.InvariantCulture);
            if (Math.Abs(peak - estimate) > 0.15 * peak)
                wrong.Add($"{preset}: estimated {estimate / 1048576:F1}, used {peak / 1048576:F1} MiB, {printed[2]} items");
        });
        Assert.Empty(wrong);
    }

    /// <summary>
    /// What a fit says that it needs, and what is counted before a trained model is loaded. Not counted are the panels that
    /// products pack, 8 MiB and as much for each of two threads, and 8 MiB for the runtime. Fits of factors take 28 to 60 MiB
    /// by what pages the system gives.
    /// </summary>
    [TheoryOnLinux]
    [InlineData("fit:ease"), InlineData("fit:edlae"), InlineData("fit:elsa"), InlineData("fit:slim")]
    [InlineData("fit:cdae"), InlineData("fit:neumf"), InlineData("score:liang2018"), InlineData("score:recvae")]
    [InlineData("fit:ials"), InlineData("fit:wmf")]
    public void The_estimate_of_other_work_is_within_15_percent_of_the_measured_peak(string work)
    {
        string[] printed = Child(work).Split(' ');
        double estimate = double.Parse(printed[0], CultureInfo.InvariantCulture),
            peak = double.Parse(printed[1], CultureInfo.InvariantCulture);
        Assert.True(Math.Abs(peak - estimate) <= 0.15 * peak + (32 << 20),
            $"{work}: estimated {estimate / 1048576:F1}, used {peak / 1048576:F1} MiB");
    }

    [Fact]
    public void A_model_gives_back_all_that_it_took()
    {
        using var backend = new SimdBackend(2);
        var clicks = ToyClicks.Random(60, 1000, density: 0.05);
        var settings = new RunSettings
        {
            Encoder = EncoderKind.Gated, Levels = 2, Prior = PriorKind.Vamp, PseudoInputs = 3, Hidden = [20], Latent = 5,
            Anchors = true,
        };
        AssertStays(() =>
        {
            using var memory = new MemoryScope(backend);
            using var model = new Autoencoder(backend, settings, clicks.Columns, 30, seed: 1, fuse: true);
            var optimizer = new AdamOptimizer(backend, model.Parameters.All, 0.001);
            var batch = memory.AllocateBatch(30, clicks.Columns, SparseBatch.LargestBatch(30, clicks));
            batch.Load(clicks, [.. Enumerable.Range(0, 30)]);
            optimizer.Begin();
            model.Forward(batch, InputMask.Clean, new(1, 1, RandomPurpose.LatentNoise));
            model.Backward(batch, new Objective(0.1, 0.1));
            optimizer.End();
            var (items, scores) = (new int[60 * 10], new float[60 * 10]);
            model.Rank(CsrMatrix.FromPairs(60, clicks.Columns, [(0, 0)]), 0, 60, 10, items, scores);
            model.Rank(clicks, 0, 60, 10, items, scores); // a larger scoring batch replaces the first
        });
    }

    [Fact]
    public void Cdae_gives_back_all_that_it_took()
    {
        var clicks = ToyClicks.Random(60, 1000, density: 0.05);
        var settings = new CdaeSettings(Hidden: 60, Epochs: 1, BatchSize: 30);
        AssertStays(() =>
        {
            using var model = Cdae.Fit(clicks, settings, () => new SimdBackend(1));
            model.Score(clicks, 0, 60, new float[60 * clicks.Columns]);
        });
    }

    [Fact]
    public void A_model_that_cannot_be_built_gives_back_what_it_had_taken()
    {
        using var backend = new SimdBackend(1);
        var memory = new MemoryScope(backend);
        var settings = new RunSettings { Hidden = [8], Prior = PriorKind.Vamp, PseudoInputs = 1_000_000 };
        Assert.Contains("PseudoInputs is 1000000; with 5000 items it must be at most 429496", Assert.Throws<InputException>(
            () => new Autoencoder(memory, settings, 5000, 10, seed: 1)).Message);
        Assert.Equal(0, memory.Bytes);
    }

    [Fact]
    public void What_is_counted_is_what_is_taken()
    {
        using var backend = new SimdBackend(1);
        foreach (string preset in Preset.Names)
        {
            var settings = Preset.Load(preset) with { PseudoInputs = 7 };
            var (counting, taking) = (new MemoryScope(backend, counting: true), new MemoryScope(backend));
            var counted = new Autoencoder(counting, settings, 300, 20, seed: null, fuse: true);
            using var model = new Autoencoder(taking, settings, 300, 20, seed: null, fuse: true);
            Assert.Equal(taking.Bytes, counting.Bytes);
            Assert.Equal(model.Parameters.Count, counted.Parameters.Count);
            Assert.Equal(model.Parameters.Count, MemoryEstimate.Of(settings, 300, backend).Parameters);
        }
    }

    private sealed class FactOnLinux : FactAttribute
    {
        public FactOnLinux()
        {
            if (!OperatingSystem.IsLinux()) Skip = "the peak of a process is read from /proc/self/status";
        }
    }

    private sealed class TheoryOnLinux : TheoryAttribute
    {
        public TheoryOnLinux()
        {
            if (!OperatingSystem.IsLinux()) Skip = "the peak of a process is read from /proc/self/status";
        }
    }

    private static string Child(string preset)
    {
        string assembly = typeof(TierChecks).Assembly.Location, stem = Path.ChangeExtension(assembly, null);
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, ArgumentList =
            {
                "exec", "--runtimeconfig", stem + ".runtimeconfig.json", "--depsfile", stem + ".deps.json", assembly, "memory",
                preset,
            },
        };
        using var child = Process.Start(start)!;
        var errors = child.StandardError.ReadToEndAsync();
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        Assert.True(child.ExitCode == 0, $"{preset}: {errors.Result}");
        return output;
    }

    /// <summary>
    /// The process belongs to other tests too, whose memory only adds: the least of three attempts is this one's.
    /// </summary>
    private static void AssertStays(Action round)
    {
        for (int i = 0; i < 50; i++) round();
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 3 && least >= 8 << 20; attempt++)
        {
            long before = Resident();
            for (int i = 0; i < 200; i++) round();
            least = Math.Min(least, Resident() - before);
        }
        Assert.True(least < 8 << 20, $"200 rounds left {least / 1048576.0:F1} MiB"); // one round takes more than 1 MiB
    }

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
