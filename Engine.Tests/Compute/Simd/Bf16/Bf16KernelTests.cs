using System.Runtime.InteropServices;
using ManualVae.Compute.Simd.Bf16;
using Xunit;

namespace ManualVae.Tests.Compute.Simd.Bf16;

/// <summary>The machine code against the emulation.</summary>
public unsafe class Bf16KernelTests
{
    [Theory]
    [InlineData(0x3F80, 0x3F80, 0x3F80, 0x3F80, 1f, 3f)]
    [InlineData(0x7F7F, 0x4000, 0xFF7F, 0x4000, 0f, float.NegativeInfinity)] // the second halves come first
    [InlineData(0x0040, 0x7180, 0, 0, 0f, 0f)] // a denormal counts as zero
    [InlineData(0x2000, 0x1F00, 0, 0, 0f, 0f)] // so does a denormal result
    [InlineData(0x7F80, 0, 0, 0, 0f, float.NaN)]
    public void Products_are_added_as_the_instruction_adds_them(
        int first, int firstFactor, int second, int secondFactor, float sum, float expected) =>
        Assert.Equal(expected, Bf16Emulation.AddProducts(
            sum, (uint)(first | second << 16), (uint)(firstFactor | secondFactor << 16)));

    [Fact]
    public void A_denormal_sum_counts_as_zero() => Assert.Equal(0, Bf16Emulation.AddProducts(1e-40f, 0, 0));

    [Bf16Fact]
    public void The_machine_code_has_the_bits_of_the_emulation()
    {
        foreach (var numbers in new[] { Numbers.Ordinary, Numbers.Wide, Numbers.Any })
            foreach (int pairs in new[] { 0, 1, 2, 3, 7, 64, 301 })
                foreach (bool accumulate in new[] { false, true })
                {
                    var tile = new Tile(pairs, numbers, seed: pairs);
                    Same(tile.Run(&Bf16Emulation.RunWide, accumulate), tile.Run(&Bf16Kernel.RunWide, accumulate));
                    Same(tile.Run(&Bf16Emulation.RunNarrow, accumulate), tile.Run(&Bf16Kernel.RunNarrow, accumulate));
                }
    }

    /// <summary>Windows passes the first argument where System V passes the fourth.</summary>
    [Bf16Fact]
    public void The_code_for_Windows_computes_the_same()
    {
        if (!OperatingSystem.IsLinux()) return; // there the test above has run it
        var code = (delegate* unmanaged<nint, nint, nint, Bf16Call*, void>)ExecutableMemory.Copy(Bf16Code.Write(2, true), out _);
        var tile = new Tile(7, Numbers.Ordinary, seed: 1);
        var call = new Bf16Call { Pairs = 7, A = tile.A, B = tile.B, C = tile.C, Stride = 4 * Tile.Stride, Prefetch = tile.List };
        tile.Fill();
        code(0, 0, 0, &call);
        Same(tile.Run(&Bf16Emulation.RunWide, false), tile.Run(null, false));
    }

    private static void Same(float[] expected, float[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
            Assert.True(float.IsNaN(expected[i]) ? float.IsNaN(actual[i])
                : BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i]),
                $"[{i / Tile.Stride}, {i % Tile.Stride}]: expected {expected[i]:R}, got {actual[i]:R}");
    }

    private enum Numbers { Ordinary, Wide, Any }

    /// <summary>Two packed panels and a tile of sums, some wider than the kernel's.</summary>
    private sealed class Tile
    {
        public const int Stride = 40;

        private readonly int _pairs;

        public Tile(int pairs, Numbers numbers, int seed)
        {
            _pairs = pairs;
            var random = new Random(seed);
            A = New(12 * pairs);
            B = New(32 * pairs);
            C = New(12 * Stride);
            List = (void**)New(2 * (pairs + 1));
            for (int i = 0; i <= pairs; i++) List[i] = A;
            for (int i = 0; i < 24 * pairs; i++) ((ushort*)A)[i] = Draw();
            for (int i = 0; i < 64 * pairs; i++) ((ushort*)B)[i] = Draw();

            ushort Draw() => numbers switch
            {
                Numbers.Any => (ushort)random.Next(1 << 16),
                // products from far below the smallest normal number to far above it
                Numbers.Wide => (ushort)(random.Next(2) << 15 | random.Next(50, 90) << 7 | random.Next(128)),
                _ => BFloat16.Round(2 * random.NextSingle() - 1),
            };
        }

        ~Tile()
        {
            foreach (nint block in new[] { (nint)A, (nint)B, (nint)C, (nint)List }) NativeMemory.AlignedFree((void*)block);
        }

        public float* A { get; }

        public float* B { get; }

        public float* C { get; }

        public void** List { get; }

        public void Fill()
        {
            for (int i = 0; i < 12 * Stride; i++) C[i] = i * 0.01f - 2;
        }

        /// <summary>The tile after a kernel has run; without one, as it is.</summary>
        public float[] Run(
            delegate*<nint, float*, nint, nint, float*, nint, float*, nint, bool, void**, float*, void> kernel, bool accumulate)
        {
            if (kernel != null)
            {
                Fill();
                kernel(_pairs, A, 1, 12, B, 32, C, Stride, accumulate, List, B);
            }
            float[] tile = new Span<float>(C, 12 * Stride).ToArray();
            GC.KeepAlive(this);
            return tile;
        }

        private static float* New(int count) => (float*)NativeMemory.AlignedAlloc((nuint)Math.Max(64, count * sizeof(float)), 64);
    }
}
