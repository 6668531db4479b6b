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

/// <summary>A likelihood, the confidence weights of the Gaussian one, and factors of the loss of clicks and of users.</summary>
/// <param name="Kind">Which.</param>
/// <param name="ClickWeight">c_1, for clicks; Gaussian only.</param>
/// <param name="ZeroWeight">c_0, for zeros; Gaussian only; above 0 and at most c_1.</param>
/// <param name="Emphasis">
/// [1, E], w_e of each click of the batch; none for 1. It multiplies the click's own term: of the multinomial loss x_e, of the
/// Gaussian one c_e, of the logistic one both logarithms. Not in the Gram form.
/// </param>
/// <param name="UserWeights">[B, 1], the factor of each user's loss; none for 1. Not in the Gram form.</param>
public readonly record struct Likelihood(
    LikelihoodKind Kind, double ClickWeight = 1, double ZeroWeight = 1, Tensor Emphasis = default, Tensor UserWeights = default);

/// <summary>How the anchor regulariser estimates E ||z - e_i||^2.</summary>
public enum AnchorForm
{
    /// <summary>sum_i w_i ||mu - e_i||^2 + sum_k sigma_k^2 (arXiv 2511.06781, Proposition 3.1).</summary>
    ClosedForm,
    /// <summary>sum_i w_i ||z - e_i||^2 at the sampled z.</summary>
    Sampled,
}

/// <summary>Which part of the anchor regulariser counts (arXiv 2511.06781, Proposition 3.1 takes it apart).</summary>
public enum AnchorPart
{
    /// <summary>Both.</summary>
    Both,
    /// <summary>The distance of mu to the anchors, sum_i w_i ||mu - e_i||^2: alignment without shrinking.</summary>
    Mean,
    /// <summary>The variance, sum_k sigma_k^2: shrinking without alignment. No anchor is read.</summary>
    Variance,
}

/// <summary>
/// Which anchor regulariser: L_A = sum_i w_i ||mu - e_i||^2 + sum_k sigma_k^2 over the items i that a user clicked, with weights
/// w_i that sum to 1 over the user's clicks (all equal in arXiv 2511.06781).
/// </summary>
/// <param name="Form">How E ||z - e_i||^2 is estimated.</param>
/// <param name="Part">Which part counts; the sampled form has both.</param>
/// <param name="PerItem">
/// N anchors of an item, side by side in a row of N K columns: e_i is the one nearest to mu (sampled: to z), the first of
/// equally near ones. Gradients are exact where the choice does not change.
/// </param>
/// <param name="ItemWeights">[I, 1], above 0: w_i is the item's over the user's weight; none for 1 / |S|.</param>
/// <param name="UserWeights">[B, 1], written by the forward pass: sum over a user's items. With item weights only.</param>
/// <param name="IsCodebook">
/// The anchors are N = <paramref name="PerItem"/> codes [N, K] that belong to no item: a user's only e is the nearest one,
/// whatever the clicks, as in vector quantisation (van den Oord et al. 2017, without its stopped gradients). Without weights.
/// </param>
public readonly record struct AnchorTerm(
    AnchorForm Form, AnchorPart Part = AnchorPart.Both, int PerItem = 1, Tensor ItemWeights = default,
    Tensor UserWeights = default, bool IsCodebook = false)
{
    private static readonly int[] OneItem = [0];

    /// <summary>The items whose anchors a user counts with; of a codebook one, and none of a user without clicks.</summary>
    internal ReadOnlySpan<int> ItemsOf(SparseBatch batch, int row)
    {
        var clicks = batch.ColumnIndices[batch.RowOffsets[row]..batch.RowOffsets[row + 1]];
        return IsCodebook && batch.ClicksOf(row) > 0 ? OneItem : clicks;
    }

    /// <summary>How many items a user counts with, those of other ranks too.</summary>
    internal int CountOf(SparseBatch batch, int row) =>
        IsCodebook ? Math.Min(1, batch.ClicksOf(row)) : batch.ClicksOf(row);

    /// <summary>True if the distance to anchors counts.</summary>
    internal bool Aligns => Part != AnchorPart.Variance;

    /// <summary>True if the posterior's variance counts, in closed form.</summary>
    internal bool Shrinks => Form == AnchorForm.ClosedForm && Part != AnchorPart.Mean;
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
