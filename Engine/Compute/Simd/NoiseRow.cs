namespace ManualVae.Compute.Simd;

/// <summary>Rows of standard normal noise: the draws of <see cref="CounterRandom.Normal"/>, four from each block.</summary>
internal static class NoiseRow
{
    /// <summary>noise[k] = Normal(key, user, k).</summary>
    public static void Draw(RandomKey key, uint user, Span<float> noise)
    {
        for (int k = 0; k < noise.Length; k += 4)
        {
            var block = CounterRandom.Block(key.Seed, (uint)k >> 2, user, key.Step, (uint)key.Purpose);
            Pair(block.X0, block.X1, noise[k..]);
            if (k + 2 < noise.Length) Pair(block.X2, block.X3, noise[(k + 2)..]);
        }
    }

    private static void Pair(uint a, uint b, Span<float> noise)
    {
        double radius = Math.Sqrt(-2 * Math.Log((a + 1.0) / 4294967296.0));
        var (sin, cos) = Math.SinCos(2 * Math.PI * b / 4294967296.0);
        noise[0] = (float)(radius * cos);
        if (noise.Length > 1) noise[1] = (float)(radius * sin);
    }
}
