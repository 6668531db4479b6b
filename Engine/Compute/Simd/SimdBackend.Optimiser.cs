namespace ManualVae.Compute.Simd;

// The optimiser.
public sealed unsafe partial class SimdBackend
{
    /// <inheritdoc/>
    public void Adam(Parameter parameter, AdamStep step) =>
        ForElements(parameter.Value, (parameter, new AdamUpdate(step, parameter.WeightDecay)),
            static (in (Parameter P, AdamUpdate Update) s, long i, int n) => s.Update.Apply(n, s.P.Gradient.Pointer() + i,
                s.P.Value.Pointer() + i, s.P.FirstMoment.Pointer() + i, s.P.SecondMoment.Pointer() + i));
}
