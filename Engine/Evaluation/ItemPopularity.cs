using ManualVae.Data;

namespace ManualVae.Evaluation;

/// <summary>How often each item was clicked in training: what <c>Novelty@K</c> is measured against.</summary>
/// <param name="Clicks">Training users of each item.</param>
/// <param name="Users">Training users in all.</param>
public sealed record ItemPopularity(int[] Clicks, int Users)
{
    /// <summary>The popularity in a training matrix (users x items).</summary>
    public static ItemPopularity Of(CsrMatrix train) => new(train.ColumnCounts(), train.Rows);

    /// <summary>-log2 of the share of training users who clicked the item; an unclicked item counts as clicked once.</summary>
    public double SelfInformation(int item) => Math.Log2((double)Users / Math.Max(Clicks[item], 1));
}
