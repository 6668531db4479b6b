using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ManualVae.Compute.Gpu;
using ManualVae.Compute.Gpu.Kernels;
using Xunit;

namespace ManualVae.Tests.Compute;

/// <summary>What a CUDA device would be given, looked at without one.</summary>
public class GpuCompileTests
{
    [Fact]
    public void Every_kernel_compiles_for_a_machine_that_has_only_a_driver()
    {
        using var context = NewContext();
        using var backend = NewBackend(context);
        // No libdevice is given: a call of a function that plain PTX lacks fails to compile.
        var kernels = Kernels().ToArray();
        Assert.True(kernels.Length >= 40, $"only {kernels.Length} kernels found");
        foreach (var kernel in kernels) Assert.Contains(".entry", Compile(backend, kernel));
    }

    [Fact]
    public void Threads_of_a_warp_agree_on_every_branch_marked_uniform_and_all_reach_every_barrier()
    {
        using var context = NewContext();
        using var backend = NewBackend(context);
        var suspects = Kernels()
            .SelectMany(kernel => PtxUniformity.Suspects(Compile(backend, kernel)).Select(s => $"{kernel.Name}: {s}")).ToArray();
        Assert.True(suspects.Length == 0, string.Join("\n", suspects));
    }

    [Fact]
    public void The_register_tile_stays_in_registers_and_reads_shared_memory_by_fours()
    {
        using var context = NewContext();
        using var backend = NewBackend(context);
        string code = Compile(backend, typeof(GemmBlocked).GetMethod(nameof(GemmBlocked.Run))!);
        Assert.DoesNotContain(".local", code);
        Assert.Equal(4, code.Split("ld.shared.v4.f32").Length - 1);
    }

    [Theory]
    [InlineData(nameof(GemmVector.Run), 16, 256, 2)]
    [InlineData(nameof(GemmVector.RunSmall), 8, 64, 5)]
    public void The_vector_product_moves_fours_between_all_memories_and_leaves_room_for_other_groups(
        string kernel, int depths, int threads, int groups)
    {
        using var context = NewContext();
        using var backend = NewBackend(context);
        string code = Compile(backend, typeof(GemmVector).GetMethod(kernel)!);
        Assert.DoesNotContain(".local", code);
        Assert.Equal(4 * depths, code.Split("ld.shared.v4.f32").Length - 1); // written out
        Assert.DoesNotMatch(@"ld\.global\.f32", code);
        Assert.DoesNotMatch(@"st\.global\.f32", code);
        Assert.Contains($".maxntid {threads}", code, StringComparison.Ordinal);
        Assert.Contains($".minnctapersm {groups}", code, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(GemmTensor.Run))]
    [InlineData(nameof(GemmTensor.RunAny))]
    public void The_tensor_product_issues_sixteen_instructions_on_end_and_keeps_its_sums_in_registers(string kernel)
    {
        using var context = NewContext();
        using var backend = NewBackend(context);
        string code = Compile(backend, typeof(GemmTensor).GetMethod(kernel)!);
        string[] lines = [.. code.Split('\n').Select(line => line.Trim())];
        int[] issued =
            [.. Enumerable.Range(0, lines.Length).Where(i => lines[i].StartsWith("mma.sync", StringComparison.Ordinal))];
        Assert.Equal(32, issued.Length); // eight depths, and eight more
        Assert.All(issued.Chunk(16), sixteen => AreEachOfEach(lines[sixteen[0]..(sixteen[0] + 16)]));
        // Of fixed size, shared memory holds the slices of the two operands; the emulation asks for its own when it is launched.
        Assert.Equal(2, lines.Count(line => line.StartsWith(".shared", StringComparison.Ordinal)));
        // Declared once, before their use; local memory serves the results of fragments at the end, nothing before.
        int declared = Array.FindIndex(lines, line => line.StartsWith(".reg .f32 s<64>", StringComparison.Ordinal));
        Assert.InRange(declared, 0, issued[0]);
        Assert.Single(lines, line => line.Contains("s<64>", StringComparison.Ordinal));
        Assert.DoesNotContain(lines[..issued[^1]], line => line.Contains(".local.", StringComparison.Ordinal));
    }

    /// <summary>Four fragments of A by four of B, whole lines: exchanged operands would compile and run.</summary>
    private static void AreEachOfEach(string[] lines)
    {
        var rows = new string[4][];
        var columns = new string[4][];
        for (int i = 0; i < 16; i++)
        {
            string sums = $"{{s{4 * i}, s{4 * i + 1}, s{4 * i + 2}, s{4 * i + 3}}}";
            var operands = Regex.Match(
                lines[i], @$"^mma\.sync\.aligned\.m16n8k8\.row\.col\.f32\.tf32\.tf32\.f32 {Regex.Escape(sums)}, "
                + @$"\{{\s*(%r\d+), (%r\d+), (%r\d+), (%r\d+)\}}, \{{(%r\d+), (%r\d+)\}}, {Regex.Escape(sums)};$");
            Assert.True(operands.Success, lines[i]);
            string[] registers = [.. operands.Groups.Values.Skip(1).Select(group => group.Value)];
            Assert.Equal(rows[i / 4] ??= registers[..4], registers[..4]);
            Assert.Equal(columns[i % 4] ??= registers[4..], registers[4..]);
        }
        Assert.Equal(24, rows.Concat(columns).SelectMany(r => r).Distinct().Count());
    }

    /// <summary>A read of four floats faults on a device if its shared memory does not start at a multiple of 16 bytes.</summary>
    [Fact]
    public void Shared_memory_that_is_read_by_fours_is_aligned_for_it()
    {
        using var context = NewContext();
        using var backend = NewBackend(context);
        int seen = 0;
        foreach (var kernel in Kernels())
        {
            string code = Compile(backend, kernel);
            if (!Regex.IsMatch(code, @"(ld|st)\.shared\.v4")) continue;
            // The emulation of tensor cores, the one user of memory of a size given at the launch, reads nothing else by fours.
            bool dynamic = code.Contains(".extern .shared", StringComparison.Ordinal);
            string start = dynamic ? ".extern .shared" : ".shared";
            seen += dynamic ? 0 : 1;
            var declared = code.Split('\n').Select(line => line.Trim()).Where(l => l.StartsWith(start, StringComparison.Ordinal));
            Assert.All(declared, line =>
                Assert.InRange(int.Parse(Regex.Match(line, @"\.align (\d+)").Groups[1].Value), 16, 256));
        }
        Assert.True(seen > 0, "no kernel reads shared memory by fours");
    }

    [Theory]
    [InlineData("cuda", new[] { "libcuda.so.1" }, "libcuda.so.1")]
    [InlineData("cuda", new[] { "libcuda.so" }, "libcuda.so")]
    [InlineData("cuda", new[] { "libcuda.so", "libcuda.so.1" }, "libcuda.so.1")] // the other may be a toolkit's stub
    [InlineData("cuda", new string[0], null)]
    [InlineData("OpenCL", new[] { "libcuda.so.1" }, null)]
    public void The_driver_is_found_by_the_name_that_it_has(string import, string[] files, string? expected)
    {
        string? opened = null;
        var handle = CudaLibrary.Find(import, file => files.Contains(file) ? Array.IndexOf(files, opened = file) + 1 : 0);
        Assert.Equal(expected, handle == 0 ? null : opened);
    }

    /// <summary>Writes every kernel's PTX into a folder, a file each, for ptxas.</summary>
    internal static int Write(string folder)
    {
        Directory.CreateDirectory(folder);
        using var context = NewContext();
        using var backend = NewBackend(context);
        foreach (var kernel in Kernels())
            File.WriteAllText(Path.Combine(folder, $"{kernel.DeclaringType!.Name}.{kernel.Name}.ptx"), Compile(backend, kernel));
        Console.WriteLine($"{Kernels().Count()} kernels");
        return 0;
    }

    private static Context NewContext() => Context.Create(builder => builder
        .Optimize(OptimizationLevel.O2).Inlining(InliningMode.Aggressive).CPU(CPUDeviceKind.Nvidia));

    private static PTXBackend NewBackend(Context context) =>
        new(context, new CudaCapabilityContext(CudaArchitecture.SM_80), CudaArchitecture.SM_80, CudaInstructionSet.ISA_78, null);

    private static string Compile(PTXBackend backend, MethodInfo kernel) =>
        ((PTXCompiledKernel)backend.Compile(
            EntryPointDescription.FromExplicitlyGroupedKernel(kernel), Launcher.Bounds(kernel))).PTXAssembly;

    /// <summary>Public static methods without a result: the helpers of kernels return one or take references.</summary>
    private static IEnumerable<MethodInfo> Kernels() =>
        from type in typeof(ElementKernels).Assembly.GetTypes()
        where type.Namespace == typeof(ElementKernels).Namespace && type.IsAbstract && type.IsSealed
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)
        where method.ReturnType == typeof(void) && !method.GetParameters().Any(parameter => parameter.ParameterType.IsByRef)
        select method;
}
