using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
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

    [Fact]
    public void The_tensor_product_issues_eight_instructions_on_end_and_keeps_its_sums_in_registers()
    {
        using var context = NewContext();
        using var backend = NewBackend(context);
        string code = Compile(backend, typeof(GemmTensor).GetMethod(nameof(GemmTensor.Run))!);
        string[] lines = [.. code.Split('\n').Select(line => line.Trim())];
        int first = Array.FindIndex(lines, line => line.StartsWith("mma.sync", StringComparison.Ordinal));
        Assert.All(lines[first..(first + 8)], line =>
            Assert.StartsWith("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {s", line, StringComparison.Ordinal));
        Assert.Equal(8, lines.Count(line => line.StartsWith("mma.sync", StringComparison.Ordinal)));
        // Of fixed size, shared memory holds the slices of the two operands; the emulation asks for its own when it is launched.
        Assert.Equal(2, lines.Count(line => line.StartsWith(".shared", StringComparison.Ordinal)));
        // Declared once, before their use; local memory serves the four results of a fragment at the end, nothing before.
        Assert.InRange(Array.FindIndex(lines, line => line.StartsWith(".reg .f32 s<32>", StringComparison.Ordinal)), 0, first);
        Assert.Single(lines, line => line.Contains("s<32>", StringComparison.Ordinal));
        Assert.DoesNotContain(lines[..first], line => line.Contains(".local.", StringComparison.Ordinal));
    }

    private static Context NewContext() => Context.Create(builder => builder
        .Optimize(OptimizationLevel.O2).Inlining(InliningMode.Aggressive).CPU(CPUDeviceKind.Nvidia));

    private static PTXBackend NewBackend(Context context) =>
        new(context, new CudaCapabilityContext(CudaArchitecture.SM_80), CudaArchitecture.SM_80, CudaInstructionSet.ISA_78, null);

    private static string Compile(PTXBackend backend, MethodInfo kernel) =>
        ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), default)).PTXAssembly;

    /// <summary>Public static methods without a result: the helpers of kernels return one or take references.</summary>
    private static IEnumerable<MethodInfo> Kernels() =>
        from type in typeof(ElementKernels).Assembly.GetTypes()
        where type.Namespace == typeof(ElementKernels).Namespace && type.IsAbstract && type.IsSealed
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)
        where method.ReturnType == typeof(void) && !method.GetParameters().Any(parameter => parameter.ParameterType.IsByRef)
        select method;
}
