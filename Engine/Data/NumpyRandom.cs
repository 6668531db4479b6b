namespace ManualVae.Data;

/// <summary>
/// numpy's legacy generator, <c>numpy.random.RandomState(seed)</c>, bit for bit: MT19937 (Matsumoto and Nishimura 1998) and the
/// draws that the published splits rest on. Each call continues the running stream.
/// </summary>
public sealed class NumpyRandom
{
    private const int Length = 624, Middle = 397;

    private readonly uint[] _state = new uint[Length];
    private int _next = Length;

    /// <summary>Seeds as <c>RandomState(seed)</c> and <c>numpy.random.seed(seed)</c> do.</summary>
    public NumpyRandom(uint seed)
    {
        _state[0] = seed;
        for (int i = 1; i < Length; i++) _state[i] = 1812433253u * (_state[i - 1] ^ (_state[i - 1] >> 30)) + (uint)i;
    }

    /// <summary>The next 32 random bits.</summary>
    public uint NextWord()
    {
        if (_next == Length) Twist();
        uint y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680u;
        y ^= (y << 15) & 0xefc60000u;
        return y ^ (y >> 18);
    }

    /// <summary>Shuffles in place, as <c>shuffle</c> does: Fisher-Yates from the end.</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = (int)UpTo((uint)i);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    /// <summary>A permutation of 0 to n - 1, as <c>permutation(n)</c>.</summary>
    public int[] Permutation(int n)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        var permutation = new int[n];
        for (int i = 0; i < n; i++) permutation[i] = i;
        Shuffle<int>(permutation);
        return permutation;
    }

    /// <summary>Distinct integers below n, as <c>choice(n, size, replace=False)</c>: the start of a permutation.</summary>
    public int[] Choice(int n, int size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, n);
        return Permutation(n)[..size];
    }

    /// <summary>An integer in [0, maximum]: words cut to the smallest mask that holds it, until one fits.</summary>
    private uint UpTo(uint maximum)
    {
        if (maximum == 0) return 0;
        uint mask = uint.MaxValue >> System.Numerics.BitOperations.LeadingZeroCount(maximum);
        uint value;
        do value = NextWord() & mask;
        while (value > maximum);
        return value;
    }

    private void Twist()
    {
        for (int i = 0; i < Length; i++)
        {
            uint y = (_state[i] & 0x80000000u) | (_state[(i + 1) % Length] & 0x7fffffffu);
            _state[i] = _state[(i + Middle) % Length] ^ (y >> 1) ^ ((y & 1) == 0 ? 0u : 0x9908b0dfu);
        }
        _next = 0;
    }
}
