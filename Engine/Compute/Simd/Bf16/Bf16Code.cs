using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ManualVae.Compute.Simd.Bf16;

/// <summary>
/// Writes the micro-kernel in machine code, since .NET has no intrinsic for VDPBF16PS. A tile of 12 rows and one or two vectors
/// of sums stays in registers; each pair of k costs a load for each vector, 12 broadcasts and 12 dot products for each vector.
/// </summary>
internal static class Bf16Code
{
    /// <summary>Rows of a tile.</summary>
    public const int Rows = 12;

    /// <summary>Pairs from one prefetched line to the next.</summary>
    public const int Spacing = 2;

    private const int Line = 64, Pair = 4;

    /// <summary>The code of <c>void kernel(Bf16Call*)</c>.</summary>
    /// <param name="vectors">Vectors in a row of the tile, 1 or 2.</param>
    /// <param name="windows">The calling convention of Windows, not that of System V.</param>
    public static byte[] Write(int vectors, bool windows)
    {
        var code = new Assembler(64);
        var call = windows ? rcx : rdi;
        AssemblerMemoryOperand Field(string name) => __qword_ptr[call + Bf16Call.Offset(name)];
        AssemblerMemoryOperand Saved(int i) => __xmmword_ptr[call + Bf16Call.Offset(nameof(Bf16Call.Saved)) + 16 * i];

        if (windows)
            for (int i = 0; i < 10; i++) code.vmovups(Saved(i), Xmm(6 + i));
        code.mov(r8, Field(nameof(Bf16Call.A)));
        code.mov(r9, Field(nameof(Bf16Call.B)));
        code.mov(r10, Field(nameof(Bf16Call.Prefetch)));
        code.mov(rax, Field(nameof(Bf16Call.Pairs)));
        for (int sum = 0; sum < Rows * vectors; sum++) code.vpxord(Zmm(sum), Zmm(sum), Zmm(sum));

        var (loop, tail, store, overwrite, end) =
            (code.CreateLabel(), code.CreateLabel(), code.CreateLabel(), code.CreateLabel(), code.CreateLabel());
        code.mov(r11, rax);
        code.shr(r11, 1);
        code.je(tail);
        code.Label(ref loop);
        code.mov(rdx, __qword_ptr[r10]);
        code.prefetcht1(__byte_ptr[rdx]);
        code.add(r10, 8);
        for (int step = 0; step < Spacing; step++) Step(code, vectors, step);
        code.add(r8, Spacing * Rows * Pair);
        code.add(r9, Spacing * vectors * Line);
        code.dec(r11);
        code.jne(loop);
        code.Label(ref tail);
        code.test(al, 1);
        code.je(store);
        Step(code, vectors, 0);

        code.Label(ref store);
        code.mov(r8, Field(nameof(Bf16Call.C)));
        code.mov(r9, Field(nameof(Bf16Call.Stride)));
        code.cmp(Field(nameof(Bf16Call.Accumulate)), 0);
        code.je(overwrite);
        Store(code, vectors, accumulate: true);
        code.jmp(end);
        code.Label(ref overwrite);
        Store(code, vectors, accumulate: false);
        code.Label(ref end);
        if (windows)
            for (int i = 0; i < 10; i++) code.vmovups(Xmm(6 + i), Saved(i));
        code.vzeroupper();
        code.ret();

        using var bytes = new MemoryStream();
        code.Assemble(new StreamCodeWriter(bytes), 0);
        return bytes.ToArray();
    }

    private static void Step(Assembler code, int vectors, int step)
    {
        const int First = 24; // registers after the sums
        for (int v = 0; v < vectors; v++)
            code.vmovups(Zmm(First + v), __zmmword_ptr[r9 + (step * vectors + v) * Line]);
        for (int row = 0; row < Rows; row++)
        {
            var all = Zmm(First + vectors + row % 4);
            code.vpbroadcastd(all, __dword_ptr[r8 + (step * Rows + row) * Pair]);
            for (int v = 0; v < vectors; v++) code.vdpbf16ps(Zmm(row * vectors + v), all, Zmm(First + v));
        }
    }

    private static void Store(Assembler code, int vectors, bool accumulate)
    {
        for (int row = 0; row < Rows; row++)
        {
            for (int v = 0; v < vectors; v++)
            {
                var (sum, c) = (Zmm(row * vectors + v), __zmmword_ptr[r8 + v * Line]);
                if (accumulate) code.vaddps(sum, sum, c);
                code.vmovups(c, sum);
            }
            if (row + 1 < Rows) code.add(r8, r9);
        }
    }

    private static AssemblerRegisterZMM Zmm(int number) => new(Register.ZMM0 + number);

    private static AssemblerRegisterXMM Xmm(int number) => new(Register.XMM0 + number);
}
