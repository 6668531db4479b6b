using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManualVae.Compute.Simd.Bf16;

/// <summary>
/// The micro-kernel on pairs of bfloat16, in machine code: each pair adds two products to a sum in single precision. Whether this
/// processor and system have it is found out once.
/// </summary>
internal static unsafe class Bf16Kernel
{
    /// <summary>
    /// Set to 1, products in bfloat16 are emulated where the processor does not have them: the same bits, a hundred times as
    /// slow. For tests.
    /// </summary>
    public const string EmulationVariable = "MANUALVAE_EMULATE_BF16";

    private static readonly void* Wide, Narrow;

    static Bf16Kernel()
    {
        Lacking = Lack();
        if (Lacking is not null) return;
        Wide = ExecutableMemory.Copy(Bf16Code.Write(2, OperatingSystem.IsWindows()), out string refusal);
        if (Wide != null) Narrow = ExecutableMemory.Copy(Bf16Code.Write(1, OperatingSystem.IsWindows()), out refusal);
        if (Narrow == null) Lacking = refusal;
    }

    /// <summary>Why there is no such kernel here; null if there is.</summary>
    public static string? Lacking { get; }

    /// <summary>True if the environment asks for the emulation.</summary>
    public static bool IsEmulated => Environment.GetEnvironmentVariable(EmulationVariable) == "1";

    /// <summary>12 x 32 sums; the signature is that of <see cref="GemmKernel.Run"/>, both panels are packed.</summary>
    public static void RunWide(
        nint pairs, float* a, nint aRow, nint aK, float* b, nint bK, float* c, nint stride, bool accumulate,
        void** prefetch, float* ahead) => Run(Wide, pairs, a, b, c, stride, accumulate, prefetch);

    /// <summary>12 x 16 sums.</summary>
    public static void RunNarrow(
        nint pairs, float* a, nint aRow, nint aK, float* b, nint bK, float* c, nint stride, bool accumulate,
        void** prefetch, float* ahead) => Run(Narrow, pairs, a, b, c, stride, accumulate, prefetch);

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run(
        void* code, nint pairs, float* a, float* b, float* c, nint stride, bool accumulate, void** prefetch)
    {
        Unsafe.SkipInit(out Bf16Call call);
        call.Pairs = pairs;
        call.A = a;
        call.B = b;
        call.C = c;
        call.Stride = stride * sizeof(float);
        call.Accumulate = accumulate ? 1 : 0;
        call.Prefetch = prefetch;
        ((delegate* unmanaged<Bf16Call*, void>)code)(&call);
    }

    private static string? Lack()
    {
        const int Bf16 = 1 << 5; // leaf 7, subleaf 1, EAX
        if (!X86Base.X64.IsSupported) return "this is no x64 processor";
        if (!Vector512.IsHardwareAccelerated || !Avx512BW.IsSupported)
            return "this processor has no AVX-512, or it is switched off";
        return X86Base.CpuId(0, 0).Eax >= 7 && X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax & Bf16) != 0
            ? null : "this processor has no avx512_bf16";
    }
}
