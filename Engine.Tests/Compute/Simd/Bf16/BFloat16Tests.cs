using Iced.Intel;
using ManualVae.Compute.Simd.Bf16;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace ManualVae.Tests.Compute.Simd.Bf16;

public unsafe class BFloat16Tests
{
    [Fact]
    public void Every_bfloat16_is_its_own_nearest_one()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            int exponent = bits >> 7 & 0xFF, mantissa = bits & 0x7F;
            int expected = exponent == 0 ? bits & 0x8000 : exponent == 0xFF && mantissa != 0 ? bits | 0x40 : bits;
            Assert.Equal(expected, BFloat16.Round(BFloat16.Widen((ushort)bits)));
        }
    }

    [Theory]
    [InlineData(0x3F80_8000u, 0x3F80)] // a tie goes to the even one, here down
    [InlineData(0x3F81_8000u, 0x3F82)] // and here up
    [InlineData(0x3F80_8001u, 0x3F81)]
    [InlineData(0x3F80_7FFFu, 0x3F80)]
    [InlineData(0xBFFF_FFFFu, 0xC000)] // carries into the exponent
    [InlineData(0x7F7F_FFFFu, 0x7F80)] // and beyond the largest number
    [InlineData(0x7F7F_7FFFu, 0x7F7F)]
    [InlineData(0xFF80_0000u, 0xFF80)]
    [InlineData(0x7F80_0001u, 0x7FC0)] // a payload that the upper half does not show
    [InlineData(0xFFAB_CDEFu, 0xFFEB)]
    [InlineData(0x007F_FFFFu, 0x0000)] // denormals
    [InlineData(0x8000_0001u, 0x8000)]
    [InlineData(0x0080_0000u, 0x0080)]
    public void Hard_cases_by_hand(uint bits, ushort expected) =>
        Assert.Equal(expected, BFloat16.Round(BitConverter.UInt32BitsToSingle(bits)));

    [Bf16Fact]
    public void Rounding_is_that_of_the_instruction()
    {
        var code = new Assembler(64);
        code.vmovups(zmm0, __zmmword_ptr[rdi]);
        code.vcvtne2ps2bf16(zmm0, zmm0, zmm0);
        code.vmovups(__zmmword_ptr[rsi], zmm0);
        code.vzeroupper();
        code.ret();
        if (!OperatingSystem.IsLinux()) return; // the registers above are those of System V
        using var bytes = new MemoryStream();
        code.Assemble(new StreamCodeWriter(bytes), 0);
        var round = (delegate* unmanaged<float*, ushort*, void>)ExecutableMemory.Copy(bytes.ToArray(), out _);
        float* x = stackalloc float[16];
        ushort* y = stackalloc ushort[32];
        for (uint high = 0; high <= ushort.MaxValue; high++)
        {
            uint[] low = [0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF, high * 40503 & 0xFFFF];
            for (int i = 0; i < 16; i++) x[i] = BitConverter.UInt32BitsToSingle(high << 16 | low[i % low.Length]);
            round(x, y);
            for (int i = 0; i < 16; i++) Assert.Equal(BFloat16.Round(x[i]), y[i]);
        }
    }

    /// <summary>Both packings against one pair at a time, beyond which nothing may be written or read.</summary>
    [Fact]
    public void Panels_hold_the_pairs_of_their_elements()
    {
        var random = new Random(1);
        foreach (int width in new[] { 12, 16, 32 })
            foreach (int k in new[] { 0, 1, 2, 3, 31, 32, 33, 127, 128, 129, 130 })
                foreach (int count in new[] { 1, 5, 11, 12, 13, 16, 17, 31, 32, 33, 71 })
                {
                    float[] source = [.. Enumerable.Range(0, k * count).Select(_ =>
                        BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)))];
                    Check(source, k, count, width, across: true);
                    if (count <= width) Check(source, k, count, width, across: false);
                }
    }

    private static void Check(float[] source, int k, int count, int width, bool across)
    {
        int panels = (count + width - 1) / width, pairs = (k + 1) / 2;
        var packed = new float[panels * width * pairs + 1];
        packed[^1] = 123;
        fixed (float* from = source, to = packed)
            if (across) PairPacking.PackRows(from, count, k, count, width, to);
            else PairPacking.PackTransposed(from, k, k, count, width, to);
        float At(int j, int i) => j >= count || i >= k ? 0 : across ? source[i * count + j] : source[j * k + i];
        for (int j = 0; j < panels * width; j++)
            for (int pair = 0; pair < pairs; pair++)
            {
                uint expected = BFloat16.Round(At(j, 2 * pair)) | (uint)BFloat16.Round(At(j, 2 * pair + 1)) << 16;
                float got = packed[j / width * width * pairs + pair * width + j % width];
                Assert.True(expected == BitConverter.SingleToUInt32Bits(got),
                    $"across {across}, width {width}, {k} x {count}, [{j}, {pair}]");
            }
        Assert.Equal(123, packed[^1]);
    }
}
