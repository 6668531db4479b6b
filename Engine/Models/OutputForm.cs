using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>How a training step computes the output layer and its loss. All forms are exact; sums are in another order.</summary>
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
}

/// <summary>Which form costs least.</summary>
internal static class OutputForms
{
    /// <summary>Users of a block: enough for products at full speed.</summary>
    public const int RowsOfBlock = 512;

    /// <summary>
    /// Gram where it takes at most four fifths of the operations; blocks where the rest of the logits takes more memory than the
    /// weight's gradient, which the whole form can leave out by updating the weights tile by tile.
    /// </summary>
    /// <param name="likelihood">The likelihood.</param>
    /// <param name="rows">Users of a batch, B.</param>
    /// <param name="width">Width of the layer below the output layer, n.</param>
    /// <param name="split">Ranks share the items, which the Gram form cannot do.</param>
    public static OutputForm Cheapest(LikelihoodKind likelihood, int rows, int width, bool split = false) =>
        likelihood == LikelihoodKind.Gaussian && !split && width < 1.2 * rows ? OutputForm.Gram
        : rows > RowsOfBlock + width ? OutputForm.Blocks
        : OutputForm.Whole;
}
