using ManualVae.Compute;
using ManualVae.Compute.Measure;
using ManualVae.Compute.Simd;

namespace ManualVae.Tools.Bench;

/// <summary>The matrix product at the decoder's shapes in its three layouts, and at awkward ones.</summary>
internal static class GemmBench
{
    private static readonly (string Name, Transpose Layout, int M, int N, int K)[] Shapes =
    [
        ("forward NT", Transpose.Second, 500, 20108, 600),
        ("dH NN", Transpose.None, 500, 600, 20108),
        ("dW TN", Transpose.First, 20108, 600, 500),
        ("forward NT", Transpose.Second, 499, 20107, 601),
        ("dH NN", Transpose.None, 499, 601, 20107),
        ("dW TN", Transpose.First, 20107, 601, 499),
        ("one user NT", Transpose.Second, 1, 20108, 600),
        ("outer NN", Transpose.None, 500, 20108, 1),
        ("middle NT", Transpose.Second, 500, 400, 600),
    ];

    /// <summary>The three large products of a training step.</summary>
    public static (string Name, Transpose Layout, int M, int N, int K)[] DecoderShapes => Shapes[..3];

    public static IEnumerable<BenchResult> Run(MachineLimits limits)
    {
        using var backend = new SimdBackend(limits.Threads);
        foreach (var shape in Shapes)
            yield return Measure(backend, shape, limits, "", (layout, a, b, c) => backend.MatMul(layout, a, b, c));
    }

    /// <summary>One product at one shape; the action must wait for the result.</summary>
    public static BenchResult Measure(
        IBackend backend, (string Name, Transpose Layout, int M, int N, int K) shape, MachineLimits limits, string suffix,
        Action<Transpose, Tensor, Tensor, Tensor> multiply)
    {
        Verb.Cancellation.ThrowIfCancellationRequested();
        var (name, layout, m, n, k) = shape;
        var a = Random(backend, layout == Transpose.First ? k : m, layout == Transpose.First ? m : k);
        var b = Random(backend, layout == Transpose.Second ? n : k, layout == Transpose.Second ? k : n);
        var c = backend.Allocate(m, n);
        var timing = Timing.Of(() => multiply(layout, a, b, c), runs: 11, seconds: 1);
        foreach (var tensor in (ReadOnlySpan<Tensor>)[a, b, c]) backend.Free(tensor);
        return BenchResult.From(
            $"gemm {name}{suffix}", $"{m}x{k}x{n}", 2.0 * m * n * k, 4.0 * (a.Length + b.Length + c.Length), timing, limits);
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
