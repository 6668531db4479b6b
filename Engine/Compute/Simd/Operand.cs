using ManualVae.Compute.Simd.Bf16;

namespace ManualVae.Compute.Simd;

/// <summary>An operand as the product reads it: rows are M (or N), columns are K, whichever way it lies in memory.</summary>
/// <param name="Data">First element.</param>
/// <param name="Stride">Distance of memory rows.</param>
/// <param name="AlongK">True if k runs along memory rows, false if it runs across them.</param>
internal readonly unsafe record struct Operand(nint Data, nint Stride, bool AlongK)
{
    public Operand(float* data, nint stride, bool alongK) : this((nint)data, stride, alongK) { }

    /// <summary>True if it is packed as pairs of bfloat16.</summary>
    public bool AsPairs { get; init; }

    /// <summary>Whether a kernel can read its rows where they lie.</summary>
    public bool RowsInPlace => AlongK && !AsPairs;

    /// <summary>The kernel's steps for a sum of k products.</summary>
    public int Steps(int k) => AsPairs ? BFloat16.Pairs(k) : k;

    /// <summary>The element of a row at some k.</summary>
    public float* At(int row, int k) => (float*)Data + (AlongK ? row * Stride + k : k * Stride + row);

    /// <summary>Copies a piece into panels of some width, one after another.</summary>
    public void Pack(in OperandPiece piece, int width, float* panels)
    {
        var (first, count, k0, k) = piece;
        if (!AlongK && AsPairs) PairPacking.PackRows(At(first, k0), Stride, k, count, width, panels);
        else if (!AlongK) GemmPacking.PackRows(At(first, k0), Stride, k, count, width, panels);
        else
            for (int row = 0; row < count; row += width, panels += (nint)width * Steps(k))
            {
                int here = Math.Min(width, count - row);
                if (AsPairs) PairPacking.PackTransposed(At(first + row, k0), Stride, k, here, width, panels);
                else GemmPacking.PackTransposed(At(first + row, k0), Stride, k, here, width, panels);
            }
    }

    /// <summary>The cache lines of one of <paramref name="shares"/> equal shares of a piece, listed in so many steps.</summary>
    public LineCursor Lines(in OperandPiece piece, int share, int shares, int steps)
    {
        var (first, count, k0, k) = piece;
        return new(At(first, k0), Stride, AlongK ? count : k, AlongK ? k : count, share, shares, steps);
    }
}

/// <summary>Rows [First, First + Count) of an operand, in the k range [K0, K0 + K).</summary>
internal readonly record struct OperandPiece(int First, int Count, int K0, int K);

/// <summary>
/// The panels of a piece as the micro-kernel reads them: the first ones where they lie in the operand, the others in packed form.
/// </summary>
/// <param name="operand">The operand.</param>
/// <param name="piece">What the panels cover.</param>
/// <param name="width">Rows of the operand in a panel.</param>
/// <param name="inPlace">Whether whole panels are read where they lie.</param>
/// <param name="packed">Where the other panels are packed.</param>
internal readonly unsafe struct OperandPanels(Operand operand, OperandPiece piece, int width, bool inPlace, float* packed)
{
    private readonly nint _size = (nint)width * operand.Steps(piece.K);
    private readonly int _inPlace = inPlace ? piece.Count / width : 0;

    /// <summary>Number of panels.</summary>
    public int Count => Partition.Count(piece.Count, width);

    /// <summary>Floats of a packed panel.</summary>
    public nint Size => _size;

    /// <summary>Where the packed panels end.</summary>
    public float* PackedEnd => packed + (Count - _inPlace) * _size;

    /// <summary>The first element of a panel.</summary>
    public float* At(int panel) =>
        panel < _inPlace ? operand.At(piece.First + panel * width, piece.K0) : packed + (panel - _inPlace) * _size;

    /// <summary>Distance of a panel's rows.</summary>
    public nint RowStride(int panel) => panel < _inPlace && operand.AlongK ? operand.Stride : 1;

    /// <summary>Distance of k in a panel.</summary>
    public nint KStride(int panel) => panel >= _inPlace ? width : operand.AlongK ? 1 : operand.Stride;

    /// <summary>
    /// Packs the panels that are not read in place, if one of them comes before the panel <paramref name="end"/>.
    /// </summary>
    public void Pack(int end)
    {
        int first = _inPlace * width;
        if (_inPlace < end) operand.Pack(piece with { First = piece.First + first, Count = piece.Count - first }, width, packed);
    }
}
