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

    private static readonly (string Name, Transpose Layout, int M, int N, int K)[] Shapes =
    [
        ("forward NT", Transpose.Second, 500, 20108, 600),
        ("dH NN", Transpose.None, 500, 600, 20108),
        ("dW TN", Transpose.First, 20108, 600, 500),
        ("forward NT", Transpose.Second, 499, 20107, 601),
        ("dH NN", Transpose.None, 499, 601, 20107),
        ("dW TN", Transpose.First, 20107, 601, 499),
        ("one user NT", Transpose.Second, 1, 20107, 601),
        ("two users NT", Transpose.Second, 2, 20108, 600),
        ("outer NN", Transpose.None, 499, 20107, 1),
        ("outer NN", Transpose.None, 500, 20108, 2),
        ("middle NT", Transpose.Second, 500, 400, 600),
    ];

    /// <summary>The three large products of a training step.</summary>
    public static (string Name, Transpose Layout, int M, int N, int K)[] DecoderShapes => Shapes[..3];

    /// <summary>All shapes on the SIMD backend.</summary>
    public static IEnumerable<BenchResult> Run(MachineProbe probe) => Run(probe, Shapes, "");

    /// <summary>
    /// Some shapes in turn, round after round, so that a slow moment of the machine falls on all of them and on its limits.
    /// </summary>
    public static IEnumerable<BenchResult> Run(
        MachineProbe probe, (string Name, Transpose Layout, int M, int N, int K)[] shapes, string suffix)
    {
        using var backend = new SimdBackend(probe.Pool);
        var work = shapes.Select(shape => (Shape: shape, Tensors: Operands(backend, shape), Runs: new ProbedRuns(probe)))
            .ToArray();
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
        return work.Select(w => Measured(w.Shape, w.Runs));

        BenchResult Measured((string, Transpose, int, int, int) shape, ProbedRuns runs)
        {
            var (name, sizes, flops, bytes) = Work(shape);
            return BenchResult.From(name + suffix, sizes, flops, bytes, runs, probe.Threads);
        }
    }

    /// <summary>One product at one shape on a device; the action must wait for the result.</summary>
    public static BenchResult OnDevice(
        IBackend backend, (string Name, Transpose Layout, int M, int N, int K) shape, string suffix,
        Action<Transpose, Tensor, Tensor, Tensor> multiply)
    {
        Session.Cancellation.ThrowIfCancellationRequested();
        var (a, b, c) = Operands(backend, shape);
        var timing = Timing.Of(() => multiply(shape.Layout, a, b, c), runs: 11, seconds: 1);
        foreach (var tensor in (ReadOnlySpan<Tensor>)[a, b, c]) backend.Free(tensor);
        var (name, sizes, flops, bytes) = Work(shape);
        return BenchResult.From(name + suffix, sizes, flops, bytes, timing, threads: 1);
    }

    /// <summary>A product's line: its name and sizes, its operations, and the bytes that must move.</summary>
    private static (string Name, string Shape, double Flops, double Bytes) Work(
        (string Name, Transpose, int M, int N, int K) shape)
    {
        var (name, _, m, n, k) = shape;
        return ($"gemm {name}", $"{m}x{k}x{n}", 2.0 * m * n * k, sizeof(float) * ((double)m * k + (double)k * n + (double)m * n));
    }

    private static (Tensor A, Tensor B, Tensor C) Operands(
        IBackend backend, (string Name, Transpose Layout, int M, int N, int K) shape)
    {
        var (_, layout, m, n, k) = shape;
        return (
            Random(backend, layout == Transpose.First ? k : m, layout == Transpose.First ? m : k),
            Random(backend, layout == Transpose.Second ? n : k, layout == Transpose.Second ? k : n),
            backend.Allocate(m, n));
    }

    private static Tensor Random(IBackend backend, int rows, int columns)
    {
        var tensor = backend.Allocate(rows, columns);
        var random = new Random(rows);
        var row = new float[columns];
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++) row[c] = random.NextSingle() - 0.5f;
            backend.Upload(row, tensor.Slice(r, 1));
        }
        return tensor;
    }
}
