using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>What the output layer computes from h, the layer below it, and the items' vectors w_i.</summary>
public enum OutputHead
{
    /// <summary>h . w_i + b_i.</summary>
    Linear,

    /// <summary>
    /// cos(h, w_i) / temperature + b_i (the cosine as in SimpleX, Mao et al. 2021; the bias is kept).
    /// </summary>
    Cosine,
}

/// <summary>
/// How a training step computes the output layer and its loss. All forms but the sampled one are exact; sums are in another
/// order.
/// </summary>
public enum OutputForm
{
    /// <summary>The logits [B, I] of the whole batch at once.</summary>
    Whole,

    /// <summary>
    /// The logits of a block of users after the other, forward and backward: memory does not grow with the batch, and the
    /// weight's gradient is added up over the blocks.
    /// </summary>
    Blocks,

    /// <summary>
    /// The Gaussian likelihood from W'W and H'H, without logits but those of the clicks: 4 I n^2 operations whatever the batch,
    /// where the whole form takes 6 B I n.
    /// </summary>
    Gram,

    /// <summary>
    /// The multinomial likelihood over the batch's items and drawn negatives (<see cref="AutoencoderSettings.Negatives"/>): only
    /// their rows of the first and the last layer are read and moved, whatever the number of items.
    /// </summary>
    Sampled,
}

/// <summary>Which form costs least.</summary>
internal static class OutputForms
{
    /// <summary>Users of a block: enough for products at full speed.</summary>
    public const int RowsOfBlock = 512;

    /// <summary>Users of a block that is only ranked, of so many items.</summary>
    public static int RowsOf(int items) => Math.Min(Ranking.RowsAtOnce(items), RowsOfBlock);

    /// <summary>
    /// Gram where it takes at most four fifths of the operations; blocks where the rest of the logits takes more memory than the
    /// weight's gradient, which the whole form can leave out by updating the weights tile by tile.
    /// </summary>
    /// <param name="likelihood">The likelihood.</param>
    /// <param name="rows">Users of a batch, B.</param>
    /// <param name="width">Width of the layer below the output layer, n.</param>
    /// <param name="dense">
    /// No Gram form: the loss has weights of clicks or users, the head is no linear one, or ranks share the items.
    /// </param>
    public static OutputForm Cheapest(LikelihoodKind likelihood, int rows, int width, bool dense = false) =>
        likelihood == LikelihoodKind.Gaussian && width < 1.2 * rows && !dense ? OutputForm.Gram
        : rows > RowsOfBlock + width ? OutputForm.Blocks
        : OutputForm.Whole;
}
