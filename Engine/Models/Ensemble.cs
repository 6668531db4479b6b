using System.Buffers;
using System.Numerics.Tensors;
using ManualVae.Data;

namespace ManualVae.Models;

/// <summary>
/// A weighted mean of several models' scores. Scores of different models have different scales, so each row of scores is
/// standardised first: minus its mean over all items, divided by its standard deviation. The members stay their owner's.
/// </summary>
public sealed class Ensemble : IRecommender
{
    private readonly IReadOnlyList<(IRecommender Model, float Weight)> _members;

    /// <summary>Puts models together.</summary>
    /// <param name="members">The models, over the same items, and their weights, above 0.</param>
    /// <exception cref="ArgumentException">No member, a weight that is not above 0, or other items.</exception>
    public Ensemble(IReadOnlyList<(IRecommender Model, double Weight)> members)
    {
        if (members.Count == 0) throw new ArgumentException("An ensemble needs a member.", nameof(members));
        if (members.Any(member => !(member.Weight > 0 && double.IsFinite(member.Weight))))
            throw new ArgumentException("The weights of an ensemble must be above 0.", nameof(members));
        if (members.Any(member => member.Model.ItemCount != members[0].Model.ItemCount))
            throw new ArgumentException("The members of an ensemble must score the same items.", nameof(members));
        _members = [.. members.Select(member => (member.Model, (float)member.Weight))];
    }

    /// <inheritdoc/>
    public string Name => "ensemble";

    /// <inheritdoc/>
    public int ItemCount => _members[0].Model.ItemCount;

    /// <inheritdoc/>
    public int BatchSize => _members.Min(member => member.Model.BatchSize);

    /// <inheritdoc/>
    public bool TakesOneCaller => _members.Any(member => member.Model.TakesOneCaller);

    /// <inheritdoc/>
    public bool KnowsTrainingUsersOnly => _members.Any(member => member.Model.KnowsTrainingUsersOnly);

    /// <inheritdoc/>
    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores)
    {
        var sum = scores[..(rows * ItemCount)];
        sum.Clear();
        float[] rented = ArrayPool<float>.Shared.Rent(sum.Length);
        var own = rented.AsSpan(0, sum.Length);
        foreach (var (model, weight) in _members)
        {
            model.Score(foldIn, firstRow, rows, own);
            for (int row = 0; row < rows; row++) Standardise(own.Slice(row * ItemCount, ItemCount));
            TensorPrimitives.MultiplyAdd(own, weight, sum, sum);
        }
        ArrayPool<float>.Shared.Return(rented);
    }

    /// <inheritdoc/>
    public void Dispose() { }

    /// <summary>Gives scores mean 0 and standard deviation 1; equal scores become zeros.</summary>
    internal static void Standardise(Span<float> scores)
    {
        double mean = 0, squares = 0;
        foreach (float score in scores) mean += score;
        mean /= scores.Length;
        foreach (float score in scores) squares += (score - mean) * (score - mean);
        double deviation = Math.Sqrt(squares / scores.Length);
        float scale = deviation > 0 ? (float)(1 / deviation) : 0;
        for (int i = 0; i < scores.Length; i++) scores[i] = (float)(scores[i] - mean) * scale;
    }
}
