namespace ManualVae.Compute.Simd;

/// <summary>An operand as the product reads it: rows are M (or N), columns are K, whichever way it lies in memory.</summary>
/// <param name="Data">First element.</param>
/// <param name="Stride">Distance of memory rows.</param>
/// <param name="AlongK">True where k runs along memory rows, false where it runs across them.</param>
internal readonly unsafe record struct Operand(nint Data, nint Stride, bool AlongK)
{
    public Operand(float* data, nint stride, bool alongK) : this((nint)data, stride, alongK) { }

    /// <summary>The element of a row at some k.</summary>
    public float* At(int row, int k) => (float*)Data + (AlongK ? row * Stride + k : k * Stride + row);

    /// <summary>Copies a piece into panels of some width, one after another.</summary>
    public void Pack(in OperandPiece piece, int width, float* panels)
    {
        var (first, count, k0, k) = piece;
        if (!AlongK) GemmPacking.PackRows(At(first, k0), Stride, k, count, width, panels);
        else
            for (int row = 0; row < count; row += width, panels += (nint)width * k)
                GemmPacking.Transposing(At(first + row, k0), Stride, k, Math.Min(width, count - row), width, panels);
    }

    /// <summary>The cache lines of one of <paramref name="shares"/> equal shares of a piece, to be handed out in so many takes.</summary>
    public LineCursor Lines(in OperandPiece piece, int share, int shares, int takes)
    {
        var (first, count, k0, k) = piece;
        return new(At(first, k0), Stride, AlongK ? count : k, AlongK ? k : count, share, shares, takes);
    }
}

/// <summary>Rows [First, First + Count) of an operand, in the k range [K0, K0 + K).</summary>
internal readonly record struct OperandPiece(int First, int Count, int K0, int K);
