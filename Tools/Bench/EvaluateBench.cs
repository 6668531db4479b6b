using ManualVae.Compute;
using ManualVae.Compute.Measure;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Models;

namespace ManualVae.Tools.Bench;

/// <summary>
/// Evaluation of held-out users at the shape of ML-20M: encode, score, rank and measure Recall@20/50 and NDCG@100.
/// </summary>
internal static class EvaluateBench
{
    private const int BatchSize = 500, Runs = 7, WarmUp = 2;

    /// <summary>One line; its operations are those of the decoder's large product alone.</summary>
    public static BenchResult Run(EvaluationSplit split, MachineProbe probe, Precision precision = Precision.Fp32)
    {
        using var backend = new SimdBackend(probe.Pool, precision);
        return Run(split, backend, probe, precision);
    }

    /// <summary>The same on any backend, such as a GPU; there the results of each batch are waited for.</summary>
    /// <param name="split">The users.</param>
    /// <param name="backend">Where it runs.</param>
    /// <param name="probe">Samples the processor's limits between runs; null for a device, which has its own.</param>
    /// <param name="precision">Precision of the products, for the line's name.</param>
    public static BenchResult Run(EvaluationSplit split, IBackend backend, MachineProbe? probe, Precision precision)
    {
        int items = split.FoldIn.Columns;
        using var model = new Autoencoder(backend, new AutoencoderSettings(), items, BatchSize, seed: 98765, training: false);
        var metrics = Metric.ParseList("Recall@20,Recall@50,NDCG@100");
        var progress = new BenchProgress("evaluation", WarmUp + Runs, "run", probe);
        var runs = ProbedRuns.Of(probe, () =>
        {
            Evaluator.Evaluate(model, split, metrics, cancellation: Session.Cancellation);
            progress.Next();
        }, Runs, WarmUp);
        double flops = 2.0 * split.FoldIn.Rows * model.Settings.Hidden[^1] * items;
        string shape = $"{split.FoldIn.Rows} users, {items} items"
            + precision switch { Precision.Bf16 => ", bf16", Precision.Tf32 => ", tf32", _ => "" };
        return BenchResult.From("evaluate", shape, flops, 0, runs.Timing, probe?.Threads ?? 1, runs);
    }
}
