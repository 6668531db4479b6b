using ManualVae.Compute;

namespace ManualVae.Models.Baselines;

/// <summary>
/// The updates of NCF: Adam from scratch, plain gradient descent after pre-training, as in the authors' code.
/// </summary>
/// <remarks>
/// Adam moves an element whose gradient is 0 too: after an update that left the moments m and v, the j-th update at rest moves it
/// by rate b1^j m / (sqrt(b2^j v) + eps). The sum over k such updates is taken at once, when the element is read next. It is
/// exact but for eps, which here decays like sqrt(v).
/// </remarks>
/// <param name="learningRate">Step size.</param>
/// <param name="adam">Adam; else w -= rate g.</param>
internal sealed class NcfOptimizer(double learningRate, bool adam)
{
    private const int Memory = 256; // updates at rest after which a first moment counts for nothing: 0.9^256 = 2e-12

    private readonly double[] _rates = new double[Memory]; // of the latest updates, by number modulo Memory
    private readonly Rest[] _rests = new Rest[Memory];     // by the number of updates at rest until now
    private readonly List<float> _settled = [];            // drift after Memory - 1 updates at rest, by the update before them

    /// <summary>What updates at rest do: w -= Drift m / (sqrt(v) + eps), m *= First, v *= Second.</summary>
    public readonly record struct Rest(float Drift, float First, float Second);

    /// <summary>True for Adam.</summary>
    public bool IsAdam => adam;

    /// <summary>Step size before any correction.</summary>
    public double LearningRate => learningRate;

    /// <summary>The update under way, or the last one.</summary>
    public AdamStep Step { get; private set; } = new(learningRate, 0);

    /// <summary>Updates done.</summary>
    public long Done { get; private set; }

    /// <summary>Begins the next update.</summary>
    public void Begin()
    {
        Step = new(learningRate, Done + 1);
        _rates[Step.Step % Memory] = Step.CorrectedRate;
    }

    /// <summary>Ends the update under way.</summary>
    public void End()
    {
        Done = Step.Step;
        // One update more at rest, seen from its start: drift(k + 1) = ratio (rate(done - k) + drift(k)).
        double drift = 0, ratio = Step.Beta1 / Math.Sqrt(Step.Beta2), first = 1, second = 1;
        for (int k = 1; k < Memory && k <= Done; k++)
        {
            drift = ratio * (_rates[(Done - k + 1) % Memory] + drift);
            _rests[k] = new((float)drift, (float)(first *= Step.Beta1), (float)(second *= Step.Beta2));
        }
        if (Done >= Memory - 1) _settled.Add((float)drift);
    }

    /// <summary>What the updates since the given one do to an element that has rested since.</summary>
    public Rest Since(long update)
    {
        long k = Done - update;
        return k < Memory ? _rests[k] : new(_settled[checked((int)update)], 0, (float)Math.Pow(Step.Beta2, k));
    }
}
