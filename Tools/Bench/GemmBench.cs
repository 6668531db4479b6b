using ManualVae.Compute;
using ManualVae.Compute.Measure;
using ManualVae.Compute.Simd;

namespace ManualVae.Tools.Bench;

/// <summary>Matrix products of some shapes.</summary>
internal static class GemmBench
{
    private const int Rounds = 25, WarmUp = 5;

    /// <summary>A shape runs this long in each round, once at least.</summary>
    private const double SecondsOfRound = 0.02;

    /// <summary>
    /// Some shapes in turn on the SIMD backend, round after round, so that a slow moment of the machine falls on all of them and
    /// on its limits.
    /// </summary>
    public static IEnumerable<BenchResult> Run(MachineProbe probe, IReadOnlyList<GemmShape> shapes, string suffix = "")
    {
        using var backend = new SimdBackend(probe.Pool);
        return Run(probe, [.. shapes.Select(shape => (shape, backend, suffix))]);
    }

    /// <summary>
    /// The same in single precision and in bfloat16, in turn; a line of the latter says how far the two are apart.
    /// </summary>
    public static IEnumerable<BenchResult> RunBf16(MachineProbe probe, IReadOnlyList<GemmShape> shapes)
    {
        using var single = new SimdBackend(probe.Pool);
        using var half = new SimdBackend(probe.Pool, Precision.Bf16);
        var results = Run(probe,
            [.. shapes.SelectMany(shape => new[] { (shape, single, ", fp32"), (shape, half, ", bf16") })]);
        for (int i = 1; i < results.Length; i += 2)
            results[i] = results[i] with { Error = RoundingError.Of(single, half, shapes[i / 2]) };
        return results;
    }

    private static BenchResult[] Run(
        MachineProbe probe, IReadOnlyList<(GemmShape Shape, SimdBackend Backend, string Suffix)> products)
    {
        var work = products.Select(p => (p.Shape, p.Backend, p.Suffix, Tensors: p.Shape.Operands(p.Backend),
            Runs: new ProbedRuns(probe))).ToArray();
        string shapes = Readable.Count(products.DistinctBy(p => p.Shape).Count(), "shape");
        var progress = new BenchProgress($"gemm, {shapes}", WarmUp + Rounds, "round", probe);
        for (int round = -WarmUp; round < Rounds; round++)
        {
            foreach (var (shape, backend, _, (a, b, c), runs) in work)
            {
                if (round >= 0) probe.Sample();
                var measured = round >= 0 ? runs : new ProbedRuns(probe);
                for (double spent = 0; spent < SecondsOfRound;)
                    spent += measured.Time(() => backend.MatMul(shape.Layout, a, b, c));
            }
            progress.Next();
        }
        probe.Sample();
        return [.. work.Select(w => w.Shape.Result(w.Suffix, w.Runs.Timing, probe.Threads, w.Runs))];
    }

    /// <summary>One product in plain loops and double precision, once: it takes a thousand times as long.</summary>
    public static BenchResult OnReference(IBackend reference, GemmShape shape)
    {
        Session.Cancellation.ThrowIfCancellationRequested();
        var (a, b, c) = shape.Operands(reference);
        var timing = Timing.Of(() => reference.MatMul(shape.Layout, a, b, c), runs: 1, seconds: 0, warmUp: 0);
        foreach (var tensor in (ReadOnlySpan<Tensor>)[a, b, c]) reference.Free(tensor);
        return shape.Result("", timing, threads: 1);
    }
}
