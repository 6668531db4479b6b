namespace ManualVae.Data.Synthetic;

/// <summary>
/// A small random stream that is its own seed (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"):
/// one for each user, so that clicks do not depend on who is made first or on how many threads.
/// </summary>
internal struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The stream of one purpose and one index.</summary>
    public static SplitMix64 For(uint seed, uint purpose, uint index)
    {
        var mixer = new SplitMix64((ulong)seed << 32 | purpose);
        return new SplitMix64(mixer.Next() ^ (index * 0xd1342543de82ef95));
    }

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        ulong z = _state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform() => (Next() >> 11) * (1.0 / (1L << 53));

    /// <summary>Uniform in [0, bound).</summary>
    public int Below(int bound) => (int)((Next() >> 32) * (ulong)bound >> 32);

    /// <summary>Exponential with mean 1.</summary>
    public double Exponential() => -Math.Log(1 - Uniform());

    /// <summary>Standard normal (Box-Muller).</summary>
    public double Normal() => Math.Sqrt(2 * Exponential()) * Math.Cos(2 * Math.PI * Uniform());
}
