using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using ManualVae.Compute.Gpu.Kernels;

namespace ManualVae.Compute.Gpu;

/// <summary>
/// Compiles each kernel at its first launch and keeps it. Kernels are static methods over views and scalars, launched in explicit
/// groups (ILGPU's automatic grouping rules shared memory out).
/// </summary>
/// <param name="accelerator">Where kernels run.</param>
/// <param name="caller">Guards every launch against a second thread.</param>
internal sealed class Launcher(Accelerator accelerator, SingleCaller caller)
{
    private readonly Dictionary<Delegate, Delegate> _compiled = [];

    private AcceleratorStream Stream => accelerator.DefaultStream;

    /// <summary>One group for each row (or whatever a kernel hands to a group).</summary>
    public static KernelConfig Groups(long count) => new(checked((int)count), GroupShape.Threads);

    /// <summary>Groups that have a thread for each column of each row.</summary>
    public static KernelConfig Groups(int rows, int columns) => new(
        new Index3D(rows, (columns + GroupShape.Threads - 1) / GroupShape.Threads, 1), new Index3D(GroupShape.Threads, 1, 1));

    /// <summary>Groups for a reduction over the rows of a matrix, <see cref="GroupShape.Columns"/> to a group.</summary>
    public static KernelConfig ColumnGroups(int columns) => Groups((columns + GroupShape.Columns - 1L) / GroupShape.Columns);

    /// <summary>A thread for each element, but no more groups than fill the device twice: kernels stride on.</summary>
    public KernelConfig Elements(long count) =>
        new((int)Math.Min(32L * accelerator.NumMultiprocessors, (count + GroupShape.Threads - 1) / GroupShape.Threads),
            GroupShape.Threads);

    /// <summary>
    /// Starts the compiled kernel, unless the grid is empty: there is nothing to do, and CUDA refuses such a launch.
    /// </summary>
    private void Launch<TLauncher>(KernelConfig shape, Delegate kernel, Action<TLauncher> start) where TLauncher : Delegate
    {
        using var call = caller.Enter();
        if (shape.GridDim.Size == 0) return;
        if (!_compiled.TryGetValue(kernel, out var compiled))
        {
            compiled = accelerator.LoadKernel(kernel.Method, Bounds(kernel.Method)).CreateLauncherDelegate<TLauncher>();
            _compiled.Add(kernel, compiled);
        }
        start((TLauncher)compiled);
    }

    /// <summary>The kernel's <see cref="LaunchBoundsAttribute"/> as ILGPU takes it.</summary>
    internal static KernelSpecialization Bounds(MethodInfo kernel) =>
        kernel.GetCustomAttribute<LaunchBoundsAttribute>() is { } bounds
            ? new(bounds.Threads, bounds.Groups) : KernelSpecialization.Empty;

    public void Run<T1>(KernelConfig shape, Action<T1> kernel, T1 a1) =>
        Launch<Action<AcceleratorStream, KernelConfig, T1>>(shape, kernel, run => run(Stream, shape, a1));

    public void Run<T1, T2>(KernelConfig shape, Action<T1, T2> kernel, T1 a1, T2 a2) =>
        Launch<Action<AcceleratorStream, KernelConfig, T1, T2>>(shape, kernel, run => run(Stream, shape, a1, a2));

    public void Run<T1, T2, T3>(KernelConfig shape, Action<T1, T2, T3> kernel, T1 a1, T2 a2, T3 a3) =>
        Launch<Action<AcceleratorStream, KernelConfig, T1, T2, T3>>(shape, kernel, run => run(Stream, shape, a1, a2, a3));

    public void Run<T1, T2, T3, T4>(KernelConfig shape, Action<T1, T2, T3, T4> kernel, T1 a1, T2 a2, T3 a3, T4 a4) =>
        Launch<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4>>(shape, kernel, run => run(Stream, shape, a1, a2, a3, a4));

    public void Run<T1, T2, T3, T4, T5>(
        KernelConfig shape, Action<T1, T2, T3, T4, T5> kernel, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5) =>
        Launch<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5>>(
            shape, kernel, run => run(Stream, shape, a1, a2, a3, a4, a5));

    public void Run<T1, T2, T3, T4, T5, T6>(
        KernelConfig shape, Action<T1, T2, T3, T4, T5, T6> kernel, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6) =>
        Launch<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6>>(
            shape, kernel, run => run(Stream, shape, a1, a2, a3, a4, a5, a6));

    public void Run<T1, T2, T3, T4, T5, T6, T7>(
        KernelConfig shape, Action<T1, T2, T3, T4, T5, T6, T7> kernel, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7) =>
        Launch<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7>>(
            shape, kernel, run => run(Stream, shape, a1, a2, a3, a4, a5, a6, a7));

    public void Run<T1, T2, T3, T4, T5, T6, T7, T8>(
        KernelConfig shape, Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7,
        T8 a8) =>
        Launch<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8>>(
            shape, kernel, run => run(Stream, shape, a1, a2, a3, a4, a5, a6, a7, a8));
}
