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
            var ((a, b), (c, d)) =
                (CounterRandom.NormalPair(block.X0, block.X1), CounterRandom.NormalPair(block.X2, block.X3));
            Span<float> four = [(float)a, (float)b, (float)c, (float)d];
            four[..Math.Min(4, noise.Length - k)].CopyTo(noise[k..]);
        }
    }
}
