using ManualVae.Compute;
using ManualVae.Compute.Measure;

namespace ManualVae.Tools.Bench;

/// <summary>A matrix product to time: A [m, k] times B [k, n], either one stored transposed.</summary>
internal sealed record GemmShape(string Name, Transpose Layout, int M, int N, int K)
{
    private double Flops => 2.0 * M * N * K;

    /// <summary>The bytes that must move.</summary>
    private double Bytes => sizeof(float) * ((double)M * K + (double)K * N + (double)M * N);

    /// <summary>Which operand is stored transposed, as BLAS writes it: NN, NT, TN.</summary>
    public string LayoutName => Layout switch { Transpose.First => "TN", Transpose.Second => "NT", _ => "NN" };

    /// <summary>m x k x n, as the report has it.</summary>
    public string Sizes => $"{M}x{K}x{N}";

    /// <summary>Its line in the report.</summary>
    public BenchResult Result(string suffix, Timing timing, int threads, ProbedRuns? runs = null) =>
        BenchResult.From($"gemm {Name} {LayoutName}{suffix}", Sizes, Flops, Bytes, timing, threads, runs);

    /// <summary>Operands with random values, and room for the product.</summary>
    public (Tensor A, Tensor B, Tensor C) Operands(IBackend backend) => (
        Layout == Transpose.First ? Random(backend, K, M) : Random(backend, M, K),
        Layout == Transpose.Second ? Random(backend, N, K) : Random(backend, K, N), backend.Allocate(M, N));

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
