using System.Diagnostics;

namespace ManualVae.Compute;

/// <summary>Elements that a backend owns, in its own memory and precision. Only its backend can look inside.</summary>
public abstract class TensorBuffer
{
    /// <summary>Number of elements.</summary>
    public abstract long Length { get; }
}

/// <summary>
/// An opaque handle on a dense row-major matrix that lives on a backend: a buffer, an offset and a shape. Taking a view is
/// free. The default value is "none": operations that say so skip it.
/// </summary>
/// <param name="Buffer">The memory that holds the elements.</param>
/// <param name="Offset">Index of the first element in the buffer.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Columns">Number of columns; rows lie next to each other, so this is also the stride.</param>
public readonly record struct Tensor(TensorBuffer Buffer, long Offset, int Rows, int Columns)
{
    /// <summary>Number of elements.</summary>
    public long Length => (long)Rows * Columns;

    /// <summary>True for the default value, which stands for "not wanted".</summary>
    public bool IsNone => Buffer is null;

    /// <summary>The first rows.</summary>
    public Tensor Top(int rows) => Slice(0, rows);

    /// <summary>A range of rows.</summary>
    public Tensor Slice(int firstRow, int rows)
    {
        Debug.Assert(firstRow >= 0 && rows >= 0 && firstRow + rows <= Rows, "rows outside the tensor");
        return this with { Offset = Offset + (long)firstRow * Columns, Rows = rows };
    }

    /// <summary>A matrix over a run of this tensor's elements.</summary>
    public Tensor View(long offset, int rows, int columns)
    {
        Debug.Assert(offset >= 0 && offset + (long)rows * columns <= Length, "view outside the tensor");
        return new(Buffer, Offset + offset, rows, columns);
    }
}
