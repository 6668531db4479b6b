using ManualVae.Data;

namespace ManualVae.Models.Alignment;

/// <summary>Smoothed cosines of items by each of several attributes.</summary>
public sealed class AttributeSimilarities
{
    private readonly float[][] _cosines;

    /// <summary>Computes them. Memory: attributes x items^2 x 4 bytes.</summary>
    /// <param name="attributes">One or more attributes of the same items.</param>
    /// <param name="delta">Smoothing, 0 or more.</param>
    /// <exception cref="InputException">More items than an array holds pairs of.</exception>
    public AttributeSimilarities(IReadOnlyList<ItemAttribute> attributes, double delta)
    {
        ItemCount = attributes[0].Values.Rows;
        Names = [.. attributes.Select(a => a.Name)];
        _cosines = [.. attributes.Select(a => SmoothedCosine.Of(a.Values, delta))];
    }

    /// <summary>Name of each attribute.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Number of items.</summary>
    public int ItemCount { get; }

    /// <summary>Similarities of one item with all.</summary>
    /// <param name="attribute">Number of the attribute.</param>
    /// <param name="item">The item.</param>
    public ReadOnlySpan<float> Row(int attribute, int item) => _cosines[attribute].AsSpan(item * ItemCount, ItemCount);

    /// <summary>The attributes of those names.</summary>
    /// <param name="attributes">What there is.</param>
    /// <param name="names">Names between commas; null for all.</param>
    /// <exception cref="InputException">There is none, or not one of that name.</exception>
    public static IReadOnlyList<ItemAttribute> Choose(IReadOnlyList<ItemAttribute> attributes, string? names)
    {
        if (attributes.Count == 0)
            throw new InputException("Item features, such as genres, are needed, and this data has none: import it with them.");
        if (names is null) return attributes;
        return [.. names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct()
            .Select(name => attributes.FirstOrDefault(a => a.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                ?? throw new InputException(
                    $"No attribute '{name}': the items have {string.Join(", ", attributes.Select(a => a.Name))}."))];
    }
}
