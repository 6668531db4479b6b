using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace ManualVae.Tools.Bench;

/// <summary>The machine and the runtime that measured.</summary>
/// <param name="Processor">Name that the processor gives itself.</param>
/// <param name="Instructions">The widest vectors that the runtime uses on it.</param>
/// <param name="Processors">Logical processors that the process may use.</param>
/// <param name="Runtime">The .NET runtime.</param>
/// <param name="System">Operating system and architecture.</param>
internal sealed record BenchMachine(string Processor, string Instructions, int Processors, string Runtime, string System)
{
    /// <summary>This machine.</summary>
    public static BenchMachine Here { get; } = new(Name(), Vectors(), Environment.ProcessorCount,
        RuntimeInformation.FrameworkDescription, RuntimeInformation.RuntimeIdentifier);

    /// <summary>One line for people.</summary>
    public override string ToString() =>
        $"{Processor}, {Instructions}, {Readable.Count(Processors, "processor")}; {Runtime}, {System}";

    private static string Vectors() =>
        Vector512.IsHardwareAccelerated ? "AVX-512" : Avx2.IsSupported ? "AVX2"
            : $"vectors of {(32 * Vector<float>.Count).ToString(CultureInfo.InvariantCulture)} bits";

    /// <summary>CPUID leaves 0x80000002 to 0x80000004: the brand string, 16 bytes in each.</summary>
    private static string Name()
    {
        const int Extended = unchecked((int)0x80000000);
        string architecture = RuntimeInformation.ProcessArchitecture.ToString();
        if (!X86Base.IsSupported || (uint)X86Base.CpuId(Extended, 0).Eax < 0x80000004) return architecture;
        var brand = new int[12];
        for (int leaf = 0; leaf < 3; leaf++)
            (brand[4 * leaf], brand[4 * leaf + 1], brand[4 * leaf + 2], brand[4 * leaf + 3]) =
                X86Base.CpuId(Extended + 2 + leaf, 0);
        string name = Encoding.ASCII.GetString(MemoryMarshal.AsBytes<int>(brand)).TrimEnd('\0').Trim();
        return name.Length > 0 ? name : architecture;
    }
}
