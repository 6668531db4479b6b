using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using static ManualVae.Data.InputException;

namespace ManualVae.Serving;

/// <summary>
/// The neighbours of an item: by the decoder's or the factors' item vectors where the model has them, else by who clicked what.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="train">Training clicks, or null if the data is missing.</param>
/// <param name="ownData">The clicks are those that the model was trained on.</param>
/// <param name="turns">Taken while the model is used.</param>
internal sealed class Neighbours(IRecommender model, CsrMatrix? train, bool ownData, Turns turns)
{
    private readonly Lazy<(float[] Vectors, string By)?> _vectors = new(() =>
    {
        (float[], string)? vectors = null;
        turns.Take(() => vectors = ItemVectors.Of(model));
        return vectors;
    });

    private readonly Lazy<CoOccurrence?> _clicks = new(() => train is null ? null : new CoOccurrence(train));

    /// <summary>The vectors of the model; null if it has none.</summary>
    public (float[] Vectors, string By)? Vectors => _vectors.Value;

    /// <summary>The most similar items, best first, and what was compared.</summary>
    /// <exception cref="InputException">Nothing is known about the item.</exception>
    public ((int Item, float Similarity)[] Items, string By) Of(int item, string id, int k)
    {
        var (vectors, clicks) = (_vectors.Value, _clicks.Value);
        // An item that nobody clicked is like nothing: its vector is where it started, or zero.
        if ((ownData || vectors is null) && clicks?.Clicks(item) == 0)
        {
            var name = Setting("Item");
            throw About($"{name} {id}: nobody clicked this item in training, so nothing is known about it; give another.");
        }
        if (vectors is { } found) return (ItemSimilarity.ByVectors(found.Vectors, model.ItemCount, item, k), found.By);
        return clicks is null
            ? throw new InputException($"{model.Name} has no item vectors, so its neighbours need the data of the run.")
            : (ItemSimilarity.ByClicks(clicks, item, k), "cosine of clicks");
    }
}
