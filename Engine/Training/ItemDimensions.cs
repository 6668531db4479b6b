using ManualVae.Compute;
using ManualVae.Models;

namespace ManualVae.Training;

/// <summary>Which dimension of a parameter counts the items.</summary>
internal enum ItemDimension
{
    None,
    Rows,
    Columns,
}

/// <summary>
/// The item dimension of every parameter, found by declaring the model for one item and for two: the dimension that grows. Sizes
/// that happen to equal the number of items prove nothing.
/// </summary>
internal static class ItemDimensions
{
    /// <summary>By the parameters' names.</summary>
    public static IReadOnlyDictionary<string, ItemDimension> Of(AutoencoderSettings settings, IBackend backend) =>
        Shapes(settings, 1, backend).Zip(Shapes(settings, 2, backend)).ToDictionary(pair => pair.First.Name, pair =>
            pair.First.Rows != pair.Second.Rows ? ItemDimension.Rows
            : pair.First.Columns != pair.Second.Columns ? ItemDimension.Columns
            : ItemDimension.None);

    /// <summary>Names and shapes of the parameters of a model; nothing is allocated.</summary>
    public static IReadOnlyList<ParameterShape> Shapes(AutoencoderSettings settings, int items, IBackend backend)
    {
        var model = new Autoencoder(
            new MemoryScope(backend, counting: true), settings, items, maxRows: 1, seed: null, training: false);
        return [.. model.Parameters.All.Select(ParameterShape.Of)];
    }
}
