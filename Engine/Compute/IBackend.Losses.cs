namespace ManualVae.Compute;

// Losses and ranking.
public partial interface IBackend
{
    /// <summary>
    /// emphasis[1, E] of each click of the batch, by its <see cref="SparseBatch.Inputs"/>: <paramref name="dropped"/> where that
    /// is 0, else <paramref name="kept"/>. No derivative.
    /// </summary>
    void DropEmphasis(SparseBatch batch, double dropped, double kept, Tensor emphasis);

    /// <summary>
    /// loss[R, 1]: negative log-likelihoods of the targets of the batch's users [firstRow, firstRow + R) given their logits
    /// [R, I], which stay as they are.
    /// </summary>
    void LikelihoodForward(Likelihood likelihood, SparseBatch batch, Tensor logits, Tensor loss, int firstRow = 0);

    /// <summary>
    /// The same loss, and <b>in place</b> logits := scale * dloss/dlogits, in as few passes as possible.
    /// </summary>
    void LikelihoodBackward(
        Likelihood likelihood, SparseBatch batch, double scale, Tensor logits, Tensor loss, int firstRow = 0);

    /// <summary>normalisers[R, 1] = log sum_i e^f_i of the logits [R, I], which stay as they are.</summary>
    void LogSumExp(Tensor logits, Tensor normalisers) => throw new NotSupportedException($"{Name} holds no part of items");

    /// <summary>
    /// The multinomial likelihood of a part of the items: loss[R, 1] = sum_i x_i (lse - f_i), and unless
    /// <paramref name="scale"/> is NaN in place logits := scale * (n e^(f - lse) - x). The parts' losses add up to the whole.
    /// </summary>
    /// <param name="batch">Its targets.</param>
    /// <param name="scale">Factor of the gradient.</param>
    /// <param name="logits">[R, I of the part].</param>
    /// <param name="totals">[R, 2]: lse over all items, and n, the sum of all x.</param>
    /// <param name="loss">[R, 1].</param>
    /// <param name="firstRow">Row of the batch that belongs to the first row.</param>
    void MultinomialOfPart(
        SparseBatch batch, double scale, Tensor logits, Tensor totals, Tensor loss, int firstRow = 0) =>
        throw new NotSupportedException($"{Name} holds no part of items");

    /// <summary>
    /// Logits of the clicks alone: logits[1, e] = h[u] . weight[i] + bias[i] of each click e of user u on item i; weight [I, n],
    /// bias [1, I], h [B, n].
    /// </summary>
    void ClickLogitsForward(SparseBatch batch, Tensor h, Parameter weight, Parameter bias, Tensor logits);

    /// <summary>dh[u] += d weight[i], dW[i] += d h[u], dbias[i] += d for each click's d = dLogits[e]. Never fused.</summary>
    void ClickLogitsBackward(
        SparseBatch batch, Tensor h, Parameter weight, Parameter bias, Tensor dLogits, Tensor dh);

    /// <summary>
    /// The Gaussian likelihood of all items from products of hidden width (the "Gram form"): since f = W h + b, the sum over
    /// all items of f^2 is h A h' + 2 h p + q with A = W'W, p = W'b, q = b'b. loss[u] = zeroWeight / 2 of it + the clicks' own
    /// terms, minus what they would have cost as zeros. In place clickLogits := scale * (their gradient beyond that of a
    /// zero); dh += scale * zeroWeight * (h A + p), the part of all items as zeros.
    /// </summary>
    /// <param name="likelihood">The Gaussian likelihood.</param>
    /// <param name="batch">Its targets.</param>
    /// <param name="scale">Factor of the gradient.</param>
    /// <param name="h">[B, n].</param>
    /// <param name="products">h A [B, n].</param>
    /// <param name="shift">p [1, n].</param>
    /// <param name="square">q [1, 1].</param>
    /// <param name="clickLogits">As <see cref="ClickLogitsForward"/> gives them.</param>
    /// <param name="loss">[B, 1].</param>
    /// <param name="dh">[B, n], or none.</param>
    void GaussianGramBackward(
        Likelihood likelihood, SparseBatch batch, double scale, Tensor h, Tensor products, Tensor shift, Tensor square,
        Tensor clickLogits, Tensor loss, Tensor dh);

    /// <summary>
    /// The k best items of each user by scores[B, I], best first, to host memory (B x k each). Items in the batch's rows are
    /// never ranked; equal scores rank the lower item first; NaN ranks last. If fewer than k items remain: item -1, score
    /// -infinity.
    /// </summary>
    void TopK(Tensor scores, SparseBatch excluded, int k, Span<int> items, Span<float> itemScores);

    /// <summary>
    /// Prepares a weight that no longer changes for products of few rows: a backend whose products are in bfloat16 may keep a
    /// rounded copy, half as large. Writing to the weight drops the copy.
    /// </summary>
    /// <exception cref="InvalidOperationException">The weight can be trained.</exception>
    void Hold(Parameter weight) { }

    /// <summary>
    /// Up to so many users <see cref="LinearTopK"/> is the faster way to ranked items; 0 if it never is.
    /// </summary>
    int FewUsers(Parameter weight) => 0;

    /// <summary>
    /// The k best items of each user by x W' + b: what <see cref="LinearForward"/> and <see cref="TopK"/> give, to the last bit.
    /// A backend may do it for up to <see cref="FewUsers"/> users without holding B x I scores.
    /// </summary>
    /// <param name="x">[B, n].</param>
    /// <param name="weight">W [I, n].</param>
    /// <param name="bias">b [1, I], or null.</param>
    /// <param name="excluded">Items that are not ranked, of the same B users.</param>
    /// <param name="k">How many items for each user.</param>
    /// <param name="items">B x k: receives the items.</param>
    /// <param name="itemScores">B x k: receives their scores.</param>
    void LinearTopK(
        Tensor x, Parameter weight, Parameter? bias, SparseBatch excluded, int k, Span<int> items, Span<float> itemScores)
    {
        var scores = Allocate(x.Rows, weight.Value.Rows);
        try
        {
            LinearForward(x, weight, bias, Activation.Identity, scores);
            TopK(scores, excluded, k, items, itemScores);
        }
        finally
        {
            Free(scores);
        }
    }
}
