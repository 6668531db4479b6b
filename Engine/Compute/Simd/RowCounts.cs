namespace ManualVae.Compute.Simd;

/// <summary>A number of rows that the JIT knows, so that the code for others is left out.</summary>
internal interface IRowCount
{
    /// <summary>The number.</summary>
    static abstract int Count { get; }
}

internal readonly struct One : IRowCount
{
    public static int Count => 1;
}

internal readonly struct Two : IRowCount
{
    public static int Count => 2;
}

internal readonly struct Four : IRowCount
{
    public static int Count => 4;
}

internal readonly struct Eight : IRowCount
{
    public static int Count => 8;
}
