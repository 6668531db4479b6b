namespace ManualVae.Compute;

/// <summary>What a random number is drawn for; distinct purposes never share a draw.</summary>
public enum RandomPurpose : uint
{
    /// <summary>Input mask: index = item.</summary>
    Mask = 1,
    /// <summary>Latent noise: index = dimension.</summary>
    LatentNoise = 2,
    /// <summary>Latent noise of a second latent level: index = dimension.</summary>
    SecondLatentNoise = 3,
    /// <summary>Parameter initialisation: user = parameter number, index = element.</summary>
    Initialisation = 4,
    /// <summary>Shuffling of the training users: step = epoch, index = position.</summary>
    Shuffle = 5,
    /// <summary>Negative samples of the sampled baselines: index = draw.</summary>
    NegativeSample = 6,
    /// <summary>Draws of the studies and of data synthesis.</summary>
    Study = 7,
}

/// <summary>Names one stream of draws: the seed of the run, the update it belongs to and its purpose.</summary>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Step">Gradient update, or the epoch if the purpose says so.</param>
/// <param name="Purpose">What is drawn.</param>
public readonly record struct RandomKey(ulong Seed, uint Step, RandomPurpose Purpose);

/// <summary>
/// Counter-based random numbers: Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"). A draw is
/// a pure function of (seed, purpose, step, user, index), so it is the same on every backend, for any number of threads and
/// in any order of the batch. The counter is (index / 4, user, step, purpose); each block gives four 32-bit words.
/// </summary>
public static class CounterRandom
{
    private const uint M0 = 0xD2511F53, M1 = 0xCD9E8D57, W0 = 0x9E3779B9, W1 = 0xBB67AE85;

    /// <summary>The Philox 4x32-10 block function.</summary>
    public static (uint X0, uint X1, uint X2, uint X3) Block(ulong seed, uint c0, uint c1, uint c2, uint c3)
    {
        uint k0 = (uint)seed, k1 = (uint)(seed >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = (ulong)M0 * c0, p1 = (ulong)M1 * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += W0;
            k1 += W1;
        }
        return (c0, c1, c2, c3);
    }

    /// <summary>A 32-bit word, uniform.</summary>
    public static uint Word(RandomKey key, uint user, uint index)
    {
        var block = Block(key.Seed, index >> 2, user, key.Step, (uint)key.Purpose);
        return (index & 3) switch { 0 => block.X0, 1 => block.X1, 2 => block.X2, _ => block.X3 };
    }

    /// <summary>Uniform in [0, 1): the word's upper 24 bits, exact in single precision.</summary>
    public static float Uniform(RandomKey key, uint user, uint index) => (Word(key, user, index) >> 8) * (1f / (1 << 24));

    /// <summary>True with the given probability: if the uniform draw lies below it.</summary>
    public static bool Keep(RandomKey key, uint user, uint index, float keepProbability) =>
        Uniform(key, user, index) < keepProbability;

    /// <summary>
    /// Standard normal, Box-Muller in double precision. Words (0, 1) of a block give draws 0 and 1, words (2, 3) draws 2 and 3:
    /// r = sqrt(-2 ln((w_a + 1) / 2^32)), t = 2 pi w_b / 2^32, the draws being r cos t and r sin t.
    /// </summary>
    public static double Normal(RandomKey key, uint user, uint index)
    {
        var block = Block(key.Seed, index >> 2, user, key.Step, (uint)key.Purpose);
        var (even, odd) = (index & 2) == 0 ? NormalPair(block.X0, block.X1) : NormalPair(block.X2, block.X3);
        return (index & 1) == 0 ? even : odd;
    }

    /// <summary>Box-Muller: two standard normal numbers from two words.</summary>
    internal static (double Even, double Odd) NormalPair(uint a, uint b)
    {
        double radius = Math.Sqrt(-2 * Math.Log((a + 1.0) / 4294967296.0));
        var (sin, cos) = Math.SinCos(2 * Math.PI * b / 4294967296.0);
        return (radius * cos, radius * sin);
    }

    /// <summary>Puts values into a random order (Fisher-Yates) that depends on the key and their number alone.</summary>
    public static void Shuffle(RandomKey key, Span<int> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = Below(key, 0, (uint)i, i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    /// <summary>An integer in [0, bound), unbiased to 2^-32 (multiply-shift).</summary>
    public static int Below(RandomKey key, uint user, uint index, int bound) =>
        (int)((ulong)Word(key, user, index) * (ulong)bound >> 32);
}
