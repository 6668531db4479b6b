namespace ManualVae.Compute;

/// <summary>An elementwise function whose derivative follows from its output.</summary>
public enum Activation
{
    /// <summary>y = x.</summary>
    Identity,
    /// <summary>y = tanh x; dy/dx = 1 - y^2.</summary>
    Tanh,
    /// <summary>y = 1 / (1 + e^-x); dy/dx = y (1 - y).</summary>
    Sigmoid,
    /// <summary>
    /// y = min(max(x, 0), 1); dy/dx = 1 where 0 &lt; y &lt; 1. VampPrior's pseudo-inputs (Tomczak and Welling 2018).
    /// </summary>
    UnitClamp,
    /// <summary>y = max(x, 0); dy/dx = 1 where y &gt; 0.</summary>
    Relu,
}

/// <summary>Which operand of a product is read transposed.</summary>
public enum Transpose
{
    /// <summary>C = A B.</summary>
    None,
    /// <summary>C = A B'.</summary>
    Second,
    /// <summary>C = A' B.</summary>
    First,
}

/// <summary>How the encoder sees a user's history.</summary>
public enum MaskMode
{
    /// <summary>x / ||x||, nothing masked: evaluation, and training without masking.</summary>
    Clean,
    /// <summary>
    /// x / ||x||, then inverted dropout: survivors divided by the keep probability, no second normalisation (vae_cf).
    /// </summary>
    NormaliseThenDrop,
    /// <summary>x_h = x * b with b ~ Bernoulli(rho), then x_h / ||x_h||.</summary>
    MaskThenNormalise,
    /// <summary>
    /// x * b with b ~ Bernoulli(rho), as in theorem 2.6 of arXiv 2511.06781: a kept click counts 1, nothing is normalised or
    /// rescaled. Evaluation takes x as it is.
    /// </summary>
    Plain,
}

/// <summary>What <see cref="IBackend.EncodeInputs"/> does to a batch.</summary>
/// <param name="Mode">Order of masking and normalising.</param>
/// <param name="KeepProbability">Probability that a click is kept, in (0, 1]; ignored by <see cref="MaskMode.Clean"/>.</param>
/// <param name="Key">
/// Where the mask comes from: a click of user u on item i is kept if Uniform(Key, u, i) &lt; KeepProbability.
/// </param>
/// <param name="SharedUser">If not negative, the "user" of every draw, so that all rows of the batch share one mask.</param>
public readonly record struct InputMask(MaskMode Mode, float KeepProbability, RandomKey Key, int SharedUser = -1)
{
    /// <summary>x / ||x||, the clean input of evaluation of all models but those of <see cref="MaskMode.Plain"/>.</summary>
    public static InputMask Clean => new(MaskMode.Clean, 1, default);

    /// <summary>
    /// The clean input of a model trained with a kind of mask: x for <see cref="MaskMode.Plain"/>, else x / ||x||.
    /// </summary>
    public static InputMask CleanFor(MaskMode training) =>
        training == MaskMode.Plain ? new(MaskMode.Plain, 1, default) : Clean;
}

/// <summary>The distribution of clicks given logits f.</summary>
public enum LikelihoodKind
{
    /// <summary>loss = -sum_i x_i log softmax(f)_i (Liang et al. 2018, eq. 2).</summary>
    Multinomial,
    /// <summary>loss = sum_i c_i / 2 (x_i - f_i)^2, c_i = ClickWeight where x_i &gt; 0, else ZeroWeight (eq. 3).</summary>
    Gaussian,
    /// <summary>loss = -sum_i x_i log sigmoid(f_i) + (1 - x_i) log sigmoid(-f_i) (eq. 4).</summary>
    Logistic,
}

/// <summary>A likelihood and the confidence weights of the Gaussian one.</summary>
/// <param name="Kind">Which.</param>
/// <param name="ClickWeight">c_1, for clicks; Gaussian only.</param>
/// <param name="ZeroWeight">c_0, for zeros; Gaussian only; above 0 and at most c_1.</param>
public readonly record struct Likelihood(LikelihoodKind Kind, double ClickWeight = 1, double ZeroWeight = 1);

/// <summary>How the anchor regulariser estimates E ||z - e_i||^2.</summary>
public enum AnchorForm
{
    /// <summary>(1/|S|) sum_i ||mu - e_i||^2 + sum_k sigma_k^2 (arXiv 2511.06781, Proposition 3.1).</summary>
    ClosedForm,
    /// <summary>(1/|S|) sum_i ||z - e_i||^2 at the sampled z.</summary>
    Sampled,
}

/// <summary>
/// RecVAE's composite prior for one latent dimension: a mixture of N(0, 1), the previous encoder's posterior and N(0, e^10)
/// with the weights of its authors' code (Shenbin et al. 2020).
/// </summary>
/// <param name="StandardWeight">Weight of N(0, 1).</param>
/// <param name="PosteriorWeight">Weight of the previous encoder's posterior.</param>
/// <param name="WideWeight">Weight of the wide normal.</param>
/// <param name="WideLogVariance">Log variance of the wide normal.</param>
public readonly record struct CompositePrior(
    double StandardWeight, double PosteriorWeight, double WideWeight, double WideLogVariance)
{
    /// <summary>The weights 3/20, 3/4 and 1/10 and the log variance 10 of RecVAE's authors.</summary>
    public static CompositePrior RecVae => new(3.0 / 20, 3.0 / 4, 1.0 / 10, 10);
}
