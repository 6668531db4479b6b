using System.Globalization;
using ManualVae.Data;
using ManualVae.Models.Baselines;

namespace ManualVae.Tools.Recipe;

/// <summary>What a recipe looks at before it chooses what to try.</summary>
/// <param name="Users">Training users.</param>
/// <param name="Items">Items of the catalogue.</param>
/// <param name="Clicks">Training clicks.</param>
/// <param name="MedianHistory">Clicks of the median training user.</param>
internal sealed record DataShape(int Users, int Items, long Clicks, int MedianHistory)
{
    private const double DenseFrom = 0.01;

    /// <summary>lambda of linear models from the data, <see cref="DataDefaults.Ridge"/>: where a search of it begins.</summary>
    public double Ridge { get; init; } = 400;

    /// <summary>Shrinkage of neighbours from the data.</summary>
    public double Shrinkage { get; init; } = 10;

    /// <summary>iALS' unobserved weight from the data.</summary>
    public double UnobservedWeight { get; init; } = 0.2;

    /// <summary>Share of the user-item pairs that are clicks.</summary>
    public double Density => (double)Clicks / Math.Max(1, (long)Users * Items);

    /// <summary>True from one click in a hundred pairs on: films are dense, music, shops and check-ins are not.</summary>
    public bool IsDense => Density >= DenseFrom;

    /// <summary>The shape of the training part.</summary>
    public static DataShape Of(PreparedDataset data)
    {
        int[] histories = [.. Enumerable.Range(0, data.Train.Rows).Select(data.Train.RowLength).Order()];
        return new(data.Train.Rows, data.ItemCount, data.Train.EntryCount,
            histories.Length == 0 ? 0 : histories[histories.Length / 2])
        {
            Ridge = DataDefaults.Ridge(data.Train), Shrinkage = DataDefaults.Shrinkage(data.Train),
            UnobservedWeight = DataDefaults.UnobservedWeight(data.Train),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Users:#,0} users, {Items:#,0} items, {Clicks:#,0} clicks ({Density:0.00%} of the pairs, "
            + $"{(IsDense ? "dense" : "sparse")}), median history {MedianHistory}");
}
