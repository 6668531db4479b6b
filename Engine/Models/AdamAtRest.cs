using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// What Adam's updates since any earlier one do to an element that had no gradient in them: <see cref="AdamRest"/> by the number
/// of the update.
/// </summary>
/// <param name="start">Updates before the first that it is told of; only rests since then are known.</param>
internal sealed class AdamAtRest(long start = 0)
{
    private const int Memory = 256; // updates at rest after which a first moment counts for nothing: 0.9^256 = 2e-12

    private readonly double[] _rates = new double[Memory];     // of the latest updates, by number modulo Memory
    private readonly AdamRest[] _rests = new AdamRest[Memory]; // by the number of updates at rest until now
    private readonly List<float> _settled = []; // drift after Memory - 1 updates at rest, by the update before them, from start

    private double _beta2 = 1;

    /// <summary>Updates before the first that it was told of.</summary>
    public long Start { get; } = start;

    /// <summary>Updates done.</summary>
    public long Done { get; private set; } = start;

    /// <summary>That of the updates.</summary>
    public double Epsilon { get; private set; }

    /// <summary>Another update is done.</summary>
    public void Add(AdamStep step)
    {
        Done++;
        _rates[Done % Memory] = step.CorrectedRate;
        // One update more at rest, seen from its start: drift(k + 1) = ratio (rate(done - k) + drift(k)).
        double drift = 0, ratio = step.Beta1 / Math.Sqrt(step.Beta2), first = 1, second = 1;
        for (int k = 1; k < Memory && k <= Done - Start; k++)
        {
            drift = ratio * (_rates[(Done - k + 1) % Memory] + drift);
            _rests[k] = new(drift, first *= step.Beta1, second *= step.Beta2);
        }
        if (Done - Start >= Memory - 1) _settled.Add((float)drift);
        (_beta2, Epsilon) = (step.Beta2, step.Epsilon);
    }

    /// <summary>What the updates since the given one do to an element that has rested since.</summary>
    /// <param name="update">From <see cref="Start"/> to <see cref="Done"/>.</param>
    public AdamRest Since(long update)
    {
        long k = Done - update;
        return k == 0 ? AdamRest.None : k < Memory ? _rests[k]
            : new(_settled[checked((int)(update - Start))], 0, Math.Pow(_beta2, k));
    }
}
