using ManualVae.Compute.Simd;
using Xunit;

namespace ManualVae.Tests.Compute.Simd;

/// <summary>
/// What stands in memory before must not get into a product: a number times a zero beyond the edge is zero, but NaN times zero
/// is NaN.
/// </summary>
public unsafe class GemmPackingTests
{
    private const int K = 5;

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(32)]
    public void Rows_are_packed_with_zeros_beyond_the_edge(int width)
    {
        for (int count = 1; count <= 2 * width + 1; count++)
        {
            int panels = (count + width - 1) / width, stride = count + 3;
            float[] source = Source(K * stride + 64), packed = NotNumbers(panels * width * K);
            fixed (float* from = source, to = packed) GemmPacking.PackRows(from, stride, K, count, width, to);
            for (int k = 0; k < K; k++)
                for (int j = 0; j < panels * width; j++)
                    Assert.Equal(j < count ? source[k * stride + j] : 0, packed[(j / width * K + k) * width + j % width]);
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(32)]
    public void Columns_are_packed_with_zeros_beyond_the_edge(int width)
    {
        for (int count = 1; count <= width; count++)
        {
            const int Stride = K + 2;
            float[] source = Source(count * Stride + 64), packed = NotNumbers(width * K);
            fixed (float* from = source, to = packed) GemmPacking.PackTransposed(from, Stride, K, count, width, to);
            for (int k = 0; k < K; k++)
                for (int j = 0; j < width; j++)
                    Assert.Equal(j < count ? source[j * Stride + k] : 0, packed[k * width + j]);
        }
    }

    private static float[] Source(int count) => [.. Enumerable.Range(1, count).Select(i => (float)i)];

    private static float[] NotNumbers(int count) => [.. Enumerable.Repeat(float.NaN, count)];
}
