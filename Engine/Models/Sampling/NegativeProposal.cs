using ManualVae.Compute;

namespace ManualVae.Models.Sampling;

/// <summary>
/// Where negatives come from: item i is drawn with probability q_i proportional to (n_i + 1)^alpha, n_i its training clicks.
/// Mikolov et al. 2013 found alpha 0.75 best for words; 0 draws all items alike.
/// </summary>
internal sealed class NegativeProposal
{
    private readonly double[] _cumulative; // sums of q up to each item
    private readonly int[] _guide; // where to look for a number from b / items on: the first item whose sum is above that

    /// <summary>Prepares the draws.</summary>
    /// <param name="clicks">Training clicks of each item.</param>
    /// <param name="power">alpha, 0 or more.</param>
    /// <param name="draws">Draws of a step, N.</param>
    public NegativeProposal(ReadOnlySpan<int> clicks, double power, int draws)
    {
        (Draws, _cumulative, _guide, Offsets) =
            (draws, new double[clicks.Length], new int[clicks.Length], new float[clicks.Length]);
        double sum = 0;
        for (int item = 0; item < clicks.Length; item++) _cumulative[item] = sum += Math.Pow(clicks[item] + 1.0, power);
        for (int item = 0; item < clicks.Length; item++)
        {
            Offsets[item] = (float)-Math.Log(Inclusion(Math.Pow(clicks[item] + 1.0, power) / sum, draws));
            _cumulative[item] /= sum;
        }
        for (int bucket = 0, item = 0; bucket < _guide.Length; bucket++)
        {
            while (item < _guide.Length - 1 && _cumulative[item] <= (double)bucket / _guide.Length) item++;
            _guide[bucket] = item;
        }
    }

    /// <summary>Bytes it takes.</summary>
    public static long Bytes(int items) => (sizeof(double) + sizeof(float) + sizeof(int)) * (long)items;

    /// <summary>N.</summary>
    public int Draws { get; }

    /// <summary>-log pi_i of each item, pi_i the probability that N draws hold it.</summary>
    public float[] Offsets { get; }

    /// <summary>pi = 1 - (1 - q)^N, the probability that N draws with replacement hold an item.</summary>
    /// <param name="q">Probability of one draw, in (0, 1].</param>
    /// <param name="draws">N, at least 1.</param>
    public static double Inclusion(double q, int draws)
    {
        if (q >= 1) return 1;
        double missed = draws * LogOfOnePlus(-q), outside = Math.Exp(missed);
        // Kahan's way to 1 - e^x without cancellation.
        return outside == 1 ? -missed : missed < -1 ? 1 - outside : (1 - outside) * missed / Math.Log(outside);
    }

    /// <summary>The item of a draw: a pure function of key and index.</summary>
    public int Draw(RandomKey key, uint index)
    {
        // 53 bits: 24 would leave out items of a catalogue of millions.
        ulong word = (ulong)CounterRandom.Word(key, 0, 2 * index) << 32 | CounterRandom.Word(key, 0, 2 * index + 1);
        return ItemAt((word >> 11) * (1.0 / (1L << 53)));
    }

    /// <summary>
    /// The item whose range [sum before it, its own sum) holds a number of [0, 1). A table leads to it or to one shortly before
    /// it (Chen and Asau 1974: the guide table method), where a search would miss the cache at each step.
    /// </summary>
    internal int ItemAt(double place)
    {
        int item = _guide[Math.Min((int)(place * _guide.Length), _guide.Length - 1)];
        while (item > 0 && _cumulative[item - 1] > place) item--; // the bucket was rounded up
        // Rounding may leave the last sum below 1.
        while (item < _cumulative.Length - 1 && _cumulative[item] <= place) item++;
        return item;
    }

    // Kahan's way to log (1 + x).
    private static double LogOfOnePlus(double x)
    {
        double sum = 1 + x;
        return sum == 1 ? x : Math.Log(sum) * x / (sum - 1);
    }
}
