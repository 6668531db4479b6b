using System.Diagnostics;
using ManualVae.Compute;
using ManualVae.Compute.Measure;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Training;

namespace ManualVae.Tools.Bench;

/// <summary>
/// Whole training steps of Mult-VAE at the shape of ML-20M, as the trainer runs them: sparse rows loaded, forward, loss, backward
/// and Adam. On a GPU the losses of a step wait for the backward pass of the one before, so a step's time is the time from one to
/// the next. Whole steps are timed undisturbed; the breakdown comes from further steps through <see cref="TimedBackend"/>.
/// </summary>
internal static class StepBench
{
    private const int BatchSize = 500, WarmUp = 8, BreakdownSteps = 20;
    private const double LearningRate = 1e-3, Beta = 0.2;

    /// <summary>
    /// The line <c>step</c>, whose operations are those of the three large products (decoder forward, dH and dW), so that its
    /// fraction of the peak is the time these alone would take there; and, on the SIMD backend, a line for each operation.
    /// </summary>
    /// <param name="train">Clicks to train on.</param>
    /// <param name="steps">Steps to time.</param>
    /// <param name="probe">Samples the machine's limits between steps; null for a device, which has its own.</param>
    /// <param name="device">A GPU, which is disposed of; null for the SIMD backend.</param>
    public static IEnumerable<BenchResult> Run(CsrMatrix train, int steps, MachineProbe? probe, IBackend? device = null)
    {
        using var timed = new TimedBackend(device ?? new SimdBackend(probe!.Pool));
        IBackend backend = timed;
        using var model = new Autoencoder(
            backend, new AutoencoderSettings(), train.Columns, BatchSize, seed: 98765, fuse: backend.FusesUpdates);
        var optimizer = new AdamOptimizer(backend, model.Parameters.All, LearningRate);
        var batch = backend.AllocateBatch(BatchSize, train.Columns, SparseBatch.LargestBatch(BatchSize, train));
        var users = new int[BatchSize];
        int update = 0;
        void Step()
        {
            Session.Cancellation.ThrowIfCancellationRequested();
            for (int i = 0; i < users.Length; i++) users[i] = (int)(((long)update * BatchSize + i) % train.Rows);
            batch.Load(train, users);
            optimizer.Begin();
            model.Forward(batch, model.TrainingMask(98765, (uint)update), new(98765, (uint)update, RandomPurpose.LatentNoise));
            model.Backward(batch, new Objective(Beta));
            optimizer.End();
            update++;
        }

        var runs = ProbedRuns.Of(probe, Step, steps, WarmUp);
        int threads = probe?.Threads ?? 1;
        int hidden = model.Settings.Hidden[^1];
        double products = 3 * 2.0 * BatchSize * hidden * train.Columns;
        string shape = $"{BatchSize} users, {train.Columns}-{string.Join('-', model.Settings.Hidden)}-{model.Settings.Latent}"
            + ((device as ILayeredGemm)?.Precision == Precision.Tf32 ? ", tf32" : "");
        yield return BenchResult.From("step", shape, products, 0, runs.Timing, threads, runs);
        if (device is ILayeredGemm) yield break; // its operations overlap: waiting for each would measure something else

        timed.Enabled = true;
        var loading = new List<double>();
        for (int i = 0; i < BreakdownSteps; i++)
        {
            probe?.Sample();
            Step();
            long start = Stopwatch.GetTimestamp();
            batch.Load(train, users);
            loading.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        yield return BenchResult.From("load batch", $"{batch.Entries} clicks", 0, 0, Timing.From(loading), threads);
        // What takes less than a microsecond (the derivative of the identity) is left out.
        foreach (var times in timed.Times.Where(t => t.Seconds.Average() > 1e-6).OrderByDescending(t => t.Seconds.Sum()))
        {
            // Per step: an operation at one shape may run several times in it.
            int perStep = Math.Max(1, times.Seconds.Count / BreakdownSteps);
            double[] sums =
                [.. times.Seconds.Chunk(perStep).Where(chunk => chunk.Length == perStep).Select(chunk => chunk.Sum())];
            yield return BenchResult.From(times.Name, $"{times.Rows}x{times.Columns}{(perStep > 1 ? $", {perStep} times" : "")}",
                times.Flops * perStep, times.Bytes * perStep, Timing.From(sums), threads);
        }
        // After so many steps all code has reached its last tier; before, it boxes now and then.
        timed.Enabled = false;
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Step();
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        using var process = Process.GetCurrentProcess();
        Console.Error.WriteLine(
            $"a step allocates {allocated} bytes; {Readable.Bytes(process.WorkingSet64)} resident, data included "
            + $"({Readable.Bytes(4.0 * train.EntryCount + 8.0 * train.Rows)})");
    }
}
