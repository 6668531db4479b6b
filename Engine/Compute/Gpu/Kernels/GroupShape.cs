namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>Sizes of the thread groups of every kernel except the matrix products.</summary>
internal static class GroupShape
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 128;

    /// <summary>
    /// Threads that share a reduction: each reduces <see cref="Threads"/> / 16 values, then the 16 results are reduced.
    /// </summary>
    public const int Lanes = 16;

    /// <summary>
    /// Columns of a matrix that a group reduces over the rows. Neighbouring threads read the columns of one row, and each of the
    /// <see cref="Lanes"/> takes every 16th row, because a single thread would wait for one row after another.
    /// </summary>
    public const int Columns = Threads / Lanes;
}
