namespace ManualVae.Compute.Simd.Bf16;

/// <summary>
/// A weight W [n, k] that no longer changes, rounded to bfloat16 once: half the bytes that the product of a few rows must read.
/// Panels of 64 rows of W, one after another; for each two k they hold 64 pairs side by side.
/// </summary>
internal sealed unsafe class HeldWeight : IDisposable
{
    /// <summary>Rows of W in a panel.</summary>
    public const int Width = 64;

    private readonly NativeBuffer _panels;

    /// <summary>Rounds the weight.</summary>
    public HeldWeight(Tensor weight, WorkerPool threads)
    {
        (Items, Pairs) = (weight.Rows, BFloat16.Pairs(weight.Columns));
        int panels = Partition.Count(Items, Width);
        _panels = new((long)panels * PanelSize);
        threads.For(panels, 1, (weight, (nint)_panels.Pointer, PanelSize),
            static (in (Tensor Weight, nint Panels, nint Size) s, int panel, int _) =>
            {
                int first = panel * Width, count = Math.Min(Width, s.Weight.Rows - first);
                PairPacking.PackTransposed(s.Weight.Row(first), s.Weight.Columns, s.Weight.Columns, count, Width,
                    (float*)s.Panels + panel * s.Size);
            });
    }

    /// <summary>Rows of W.</summary>
    public int Items { get; }

    /// <summary>Pairs of k.</summary>
    public int Pairs { get; }

    /// <summary>The first panel.</summary>
    public uint* Panels => (uint*)_panels.Pointer;

    /// <summary>Places of a panel.</summary>
    public nint PanelSize => (nint)Width * Pairs;

    /// <inheritdoc/>
    public void Dispose() => _panels.Dispose();
}
