using System.Diagnostics;
using ManualVae.Compute;
using ManualVae.Compute.Measure;
using ManualVae.Compute.Simd;
using ManualVae.Data;

namespace ManualVae.Tools.Bench;

/// <summary>
/// Whole training steps of Mult-VAE at the shape of ML-20M, as the trainer runs them: sparse rows loaded, forward, loss, backward
/// and Adam. On a GPU the losses of a step wait for the backward pass of the one before, so a step's time is the time from one to
/// the next. Whole steps are timed undisturbed; the breakdown comes from further steps through <see cref="TimedBackend"/>. There
/// a GPU's operations wait for each other, so that together they take longer than a step in which they overlap.
/// </summary>
internal static class StepBench
{
    private const int WarmUp = 8, BreakdownSteps = 20;

    /// <summary>Operations below this share of the step are one line together.</summary>
    private const double SmallestShare = 0.005;

    /// <summary>
    /// The line <c>step</c>, whose operations are those of the three large products (decoder forward, dH and dW), so that its
    /// fraction of the peak is the time these alone would take there; and a line for each operation.
    /// </summary>
    /// <param name="train">Clicks to train on.</param>
    /// <param name="steps">Steps to time.</param>
    /// <param name="probe">Samples the machine's limits between steps; null for a device, which has its own.</param>
    /// <param name="device">A GPU, which is disposed of; null for the SIMD backend.</param>
    public static IEnumerable<BenchResult> Run(CsrMatrix train, int steps, MachineProbe? probe, IBackend? device = null)
    {
        using var backend = device ?? new SimdBackend(probe!.Pool);
        using (var work = new TrainingSteps(backend, train))
        {
            // A GPU's steps end before .NET's last tier, where the host's part of them is still slow.
            if (device is not null) Timing.Settle(work.Next);
            var progress = new BenchProgress("training", WarmUp + steps, "step", probe);
            var runs = ProbedRuns.Of(probe, () =>
            {
                work.Next();
                progress.Next();
            }, steps, WarmUp);
            SayMemory(work, train);
            yield return Step(work, train, probe, runs, (device as ILayeredGemm)?.Precision == Precision.Tf32 ? ", tf32" : "");
        }
        foreach (var line in Breakdown(backend, train, probe)) yield return line;
    }

    /// <summary>What a step is made of, in its order; the small operations are one line at the end.</summary>
    private static IEnumerable<BenchResult> Breakdown(IBackend backend, CsrMatrix train, MachineProbe? probe)
    {
        int threads = probe?.Threads ?? 1;
        var timed = new TimedBackend(backend, backend is ILayeredGemm device ? device.Synchronize : null);
        using var work = new TrainingSteps(timed, train);
        var progress = new BenchProgress("operations of a step", WarmUp + BreakdownSteps, "step", probe);
        List<double> loads = [], steps = [];
        for (int i = -WarmUp; i < BreakdownSteps; i++)
        {
            timed.Enabled = i >= 0;
            if (i == 0) (loads, steps) = ([], []);
            probe?.Sample();
            long start = Stopwatch.GetTimestamp();
            work.Load();
            loads.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            work.Update();
            steps.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            progress.Next();
        }
        double whole = Timing.From(steps).Median;
        BenchResult[] lines = [
            BenchResult.From("SparseBatch.Load", $"{work.Clicks} clicks", 0, 0, Timing.From(loads), threads),
            .. timed.Times.Select(times => Line(times, threads)),
        ];
        foreach (var line in lines)
            if (line.MedianSeconds >= SmallestShare * whole) yield return line with { Share = line.MedianSeconds / whole };
        BenchResult[] small = [.. lines.Where(line => line.MedianSeconds < SmallestShare * whole)];
        double together = small.Sum(line => line.MedianSeconds);
        yield return new BenchResult($"{small.Length} others", $"below {SmallestShare:P1} each", threads,
            together, small.Sum(line => line.P90Seconds), 0, 0, 0)
        { Share = together / whole };
    }

    /// <summary>An operation at one shape, all its runs in a step together.</summary>
    private static BenchResult Line(OperationTimes times, int threads)
    {
        int perStep = Math.Max(1, times.Seconds.Count / BreakdownSteps);
        double[] sums = [.. times.Seconds.Chunk(perStep).Where(chunk => chunk.Length == perStep).Select(chunk => chunk.Sum())];
        return BenchResult.From(times.Name, $"{times.Rows}x{times.Columns}{(perStep > 1 ? $", {perStep} times" : "")}",
            times.Flops * perStep, times.Bytes * perStep, Timing.From(sums), threads);
    }

    /// <summary>
    /// Steps in single precision and in bfloat16, in turn: a slow moment of the machine falls on both. Then the operations of a
    /// step in bfloat16.
    /// </summary>
    public static IEnumerable<BenchResult> RunBf16(CsrMatrix train, int steps, MachineProbe probe)
    {
        using var single = new SimdBackend(probe.Pool);
        using var half = new SimdBackend(probe.Pool, Precision.Bf16);
        using (TrainingSteps first = new(single, train), second = new(half, train))
        {
            var progress = new BenchProgress("training in turn", WarmUp + steps, "pair of steps", probe);
            var (a, b) = (new ProbedRuns(probe), new ProbedRuns(probe));
            for (int i = -WarmUp; i < steps; i++)
            {
                if (i == 0) (a, b) = (new ProbedRuns(probe), new ProbedRuns(probe));
                probe.Sample();
                a.Time(first.Next);
                probe.Sample();
                b.Time(second.Next);
                progress.Next();
            }
            probe.Sample();
            yield return Step(first, train, probe, a, ", fp32");
            yield return Step(second, train, probe, b, ", bf16");
        }
        foreach (var line in Breakdown(half, train, probe)) yield return line;
    }

    private static BenchResult Step(TrainingSteps work, CsrMatrix train, MachineProbe? probe, ProbedRuns runs, string suffix)
    {
        double products = 3 * 2.0 * TrainingSteps.BatchSize * work.Settings.Hidden[^1] * train.Columns;
        string shape = $"{TrainingSteps.BatchSize} users, {train.Columns}-{string.Join('-', work.Settings.Hidden)}"
            + $"-{work.Settings.Latent}{suffix}";
        return BenchResult.From("step", shape, products, 0, runs.Timing, probe?.Threads ?? 1, runs) with { Share = 1 };
    }

    private static void SayMemory(TrainingSteps work, CsrMatrix train)
    {
        // Code that has not reached its last tier may still allocate.
        const int Tries = 30;
        long least = long.MaxValue;
        for (int i = 0; i < Tries && least > 0; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            work.Next();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        using var process = Process.GetCurrentProcess();
        Console.Error.WriteLine($"a step allocates {least} bytes; {Readable.Bytes(process.WorkingSet64)} resident, data included "
            + $"({Readable.Bytes(4.0 * train.EntryCount + 8.0 * train.Rows)})");
    }
}
