using ILGPU;
using ILGPU.Runtime;
using ManualVae.Compute.Gpu.Kernels;

namespace ManualVae.Compute.Gpu;

/// <summary>
/// Compiles each kernel at its first launch and keeps it. Kernels are static methods over views and scalars, launched in explicit
/// groups (ILGPU's automatic grouping rules shared memory out).
/// </summary>
internal sealed class Launcher(Accelerator accelerator)
{
    private readonly Dictionary<Delegate, Delegate> _compiled = [];

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

    private Delegate? Find(Delegate kernel) => _compiled.GetValueOrDefault(kernel);

    private Delegate Keep(Delegate kernel, Delegate compiled) => _compiled[kernel] = compiled;

    /// <summary>Nothing to do, and CUDA refuses an empty grid.</summary>
    private static bool IsEmpty(KernelConfig shape) => shape.GridDim.Size == 0;

    public void Run<T1>(KernelConfig shape, Action<T1> kernel, T1 a1)
        where T1 : struct
    {
        if (IsEmpty(shape)) return;
        var compiled = Find(kernel) ?? Keep(kernel, accelerator.LoadStreamKernel(kernel));
        ((Action<KernelConfig, T1>)compiled)(shape, a1);
    }

    public void Run<T1, T2>(
        KernelConfig shape, Action<T1, T2> kernel, T1 a1, T2 a2)
        where T1 : struct where T2 : struct
    {
        if (IsEmpty(shape)) return;
        var compiled = Find(kernel) ?? Keep(kernel, accelerator.LoadStreamKernel(kernel));
        ((Action<KernelConfig, T1, T2>)compiled)(shape, a1, a2);
    }

    public void Run<T1, T2, T3>(
        KernelConfig shape, Action<T1, T2, T3> kernel, T1 a1, T2 a2, T3 a3)
        where T1 : struct where T2 : struct where T3 : struct
    {
        if (IsEmpty(shape)) return;
        var compiled = Find(kernel) ?? Keep(kernel, accelerator.LoadStreamKernel(kernel));
        ((Action<KernelConfig, T1, T2, T3>)compiled)(shape, a1, a2, a3);
    }

    public void Run<T1, T2, T3, T4>(
        KernelConfig shape, Action<T1, T2, T3, T4> kernel, T1 a1, T2 a2, T3 a3, T4 a4)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        if (IsEmpty(shape)) return;
        var compiled = Find(kernel) ?? Keep(kernel, accelerator.LoadStreamKernel(kernel));
        ((Action<KernelConfig, T1, T2, T3, T4>)compiled)(shape, a1, a2, a3, a4);
    }

    public void Run<T1, T2, T3, T4, T5>(
        KernelConfig shape, Action<T1, T2, T3, T4, T5> kernel, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        if (IsEmpty(shape)) return;
        var compiled = Find(kernel) ?? Keep(kernel, accelerator.LoadStreamKernel(kernel));
        ((Action<KernelConfig, T1, T2, T3, T4, T5>)compiled)(shape, a1, a2, a3, a4, a5);
    }

    public void Run<T1, T2, T3, T4, T5, T6>(
        KernelConfig shape, Action<T1, T2, T3, T4, T5, T6> kernel, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    {
        if (IsEmpty(shape)) return;
        var compiled = Find(kernel) ?? Keep(kernel, accelerator.LoadStreamKernel(kernel));
        ((Action<KernelConfig, T1, T2, T3, T4, T5, T6>)compiled)(shape, a1, a2, a3, a4, a5, a6);
    }

    public void Run<T1, T2, T3, T4, T5, T6, T7>(
        KernelConfig shape, Action<T1, T2, T3, T4, T5, T6, T7> kernel, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct
    {
        if (IsEmpty(shape)) return;
        var compiled = Find(kernel) ?? Keep(kernel, accelerator.LoadStreamKernel(kernel));
        ((Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7>)compiled)(shape, a1, a2, a3, a4, a5, a6, a7);
    }

    public void Run<T1, T2, T3, T4, T5, T6, T7, T8>(
        KernelConfig shape, Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7,
        T8 a8)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct
    {
        if (IsEmpty(shape)) return;
        var compiled = Find(kernel) ?? Keep(kernel, accelerator.LoadStreamKernel(kernel));
        ((Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8>)compiled)(shape, a1, a2, a3, a4, a5, a6, a7, a8);
    }

    public void Run<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        KernelConfig shape, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7,
        T8 a8, T9 a9)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct where T9 : struct
    {
        if (IsEmpty(shape)) return;
        var compiled = Find(kernel) ?? Keep(kernel, accelerator.LoadStreamKernel(kernel));
        ((Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9>)compiled)(shape, a1, a2, a3, a4, a5, a6, a7, a8, a9);
    }

    public void Run<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        KernelConfig shape, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6,
        T7 a7, T8 a8, T9 a9, T10 a10)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct where T9 : struct where T10 : struct
    {
        if (IsEmpty(shape)) return;
        var compiled = Find(kernel) ?? Keep(kernel, accelerator.LoadStreamKernel(kernel));
        ((Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>)compiled)(shape, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10);
    }

    public void Run<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        KernelConfig shape, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5,
        T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct
    {
        if (IsEmpty(shape)) return;
        var compiled = Find(kernel) ?? Keep(kernel, accelerator.LoadStreamKernel(kernel));
        ((Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>)compiled)(
            shape, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11);
    }

    public void Run<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        KernelConfig shape, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, T1 a1, T2 a2, T3 a3, T4 a4,
        T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
    {
        if (IsEmpty(shape)) return;
        var compiled = Find(kernel) ?? Keep(kernel, accelerator.LoadStreamKernel(kernel));
        ((Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>)compiled)(
            shape, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12);
    }

    public void Run<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        KernelConfig shape, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, T1 a1, T2 a2, T3 a3, T4 a4,
        T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
        where T13 : struct
    {
        if (IsEmpty(shape)) return;
        var compiled = Find(kernel) ?? Keep(kernel, accelerator.LoadStreamKernel(kernel));
        ((Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>)compiled)(
            shape, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13);
    }

    public void Run<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        KernelConfig shape, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, T1 a1, T2 a2, T3 a3,
        T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13, T14 a14)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
        where T13 : struct where T14 : struct
    {
        if (IsEmpty(shape)) return;
        var compiled = Find(kernel) ?? Keep(kernel, accelerator.LoadStreamKernel(kernel));
        ((Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>)compiled)(
            shape, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14);
    }
}
