using ManualVae.Compute;
using ManualVae.Compute.Measure;
using ManualVae.Compute.Simd;

namespace ManualVae.Tools.Bench;

/// <summary>
/// The matrix product at the decoder's shapes in its three layouts, and at awkward ones beside their even neighbours.
/// </summary>
internal static class GemmBench
{
    private const int Rounds = 25, WarmUp = 5;

    /// <summary>A shape runs this long in each round, once at least.</summary>
    private const double SecondsOfRound = 0.02;

    private static readonly GemmShape[] Shapes =
    [
        new("forward NT", Transpose.Second, 500, 20108, 600),
        new("dH NN", Transpose.None, 500, 600, 20108),
        new("dW TN", Transpose.First, 20108, 600, 500),
        new("forward NT", Transpose.Second, 499, 20107, 601),
        new("dH NN", Transpose.None, 499, 601, 20107),
        new("dW TN", Transpose.First, 20107, 601, 499),
        new("one user NT", Transpose.Second, 1, 20107, 601),
        new("two users NT", Transpose.Second, 2, 20108, 600),
        new("outer NN", Transpose.None, 499, 20107, 1),
        new("outer NN", Transpose.None, 500, 20108, 2),
        new("middle NT", Transpose.Second, 500, 400, 600),
    ];

    /// <summary>The three large products of a training step.</summary>
    public static GemmShape[] DecoderShapes => Shapes[..3];

    /// <summary>All shapes on the SIMD backend.</summary>
    public static IEnumerable<BenchResult> Run(MachineProbe probe) => Run(probe, Shapes, "");

    /// <summary>
    /// Some shapes in turn, round after round, so that a slow moment of the machine falls on all of them and on its limits.
    /// </summary>
    public static IEnumerable<BenchResult> Run(MachineProbe probe, GemmShape[] shapes, string suffix)
    {
        using var backend = new SimdBackend(probe.Pool);
        var work = shapes.Select(shape => (shape, Tensors: shape.Operands(backend), Runs: new ProbedRuns(probe))).ToArray();
        for (int round = -WarmUp; round < Rounds; round++)
        {
            Session.Cancellation.ThrowIfCancellationRequested();
            foreach (var (shape, (a, b, c), runs) in work)
            {
                if (round >= 0) probe.Sample();
                var measured = round >= 0 ? runs : new ProbedRuns(probe);
                for (double spent = 0; spent < SecondsOfRound;)
                    spent += measured.Time(() => backend.MatMul(shape.Layout, a, b, c));
            }
        }
        probe.Sample();
        return work.Select(w => w.shape.Result(suffix, w.Runs.Timing, probe.Threads, w.Runs));
    }

    /// <summary>One product at one shape on a device; the action must wait for the result.</summary>
    public static BenchResult OnDevice(
        IBackend backend, GemmShape shape, string suffix, Action<Transpose, Tensor, Tensor, Tensor> multiply)
    {
        Session.Cancellation.ThrowIfCancellationRequested();
        var (a, b, c) = shape.Operands(backend);
        var timing = Timing.Of(() => multiply(shape.Layout, a, b, c), runs: 11, seconds: 1);
        foreach (var tensor in (ReadOnlySpan<Tensor>)[a, b, c]) backend.Free(tensor);
        return shape.Result(suffix, timing, threads: 1);
    }
}
