namespace ManualVae.Data.Synthetic;

/// <summary>Draws from a fixed discrete distribution in constant time (Walker 1977; Vose 1991).</summary>
internal sealed class AliasTable
{
    private readonly double[] _threshold;
    private readonly int[] _alias;

    /// <summary>Weights need not sum to 1; they must be positive.</summary>
    public AliasTable(ReadOnlySpan<double> weights)
    {
        int n = weights.Length;
        (_threshold, _alias) = (new double[n], new int[n]);
        double sum = 0;
        foreach (double weight in weights) sum += weight;
        Stack<int> small = [], large = [];
        for (int i = 0; i < n; i++)
        {
            _threshold[i] = weights[i] * n / sum;
            (_threshold[i] < 1 ? small : large).Push(i);
        }
        while (small.Count > 0 && large.Count > 0)
        {
            int less = small.Pop(), more = large.Peek();
            _alias[less] = more;
            _threshold[more] -= 1 - _threshold[less];
            if (_threshold[more] < 1) small.Push(large.Pop());
        }
        foreach (int i in small) _threshold[i] = 1; // what rounding left over
        foreach (int i in large) _threshold[i] = 1;
    }

    /// <summary>An index, with probability in proportion to its weight.</summary>
    public int Draw(ref SplitMix64 random)
    {
        ulong bits = random.Next();
        int i = (int)((bits >> 32) * (ulong)_alias.Length >> 32);
        return (bits & 0xffffffff) * (1.0 / 4294967296.0) < _threshold[i] ? i : _alias[i];
    }
}
