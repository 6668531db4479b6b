using System.Globalization;
using System.Numerics.Tensors;
using ManualVae.Data;

namespace ManualVae.Models.Alignment;

/// <summary>A similarity of items in a mixture: that by one attribute, or the product of those by two (second order).</summary>
/// <param name="First">Number of the attribute.</param>
/// <param name="Second">Number of the other one, or null.</param>
public readonly record struct MixtureTerm(int First, int? Second = null)
{
    /// <summary>All terms of attributes: each one, then, at second order, each two (Monteil et al. 2024, eq. 5).</summary>
    public static IReadOnlyList<MixtureTerm> Of(int attributes, bool secondOrder) =>
    [
        .. Enumerable.Range(0, attributes).Select(k => new MixtureTerm(k)),
        .. from k in Enumerable.Range(0, secondOrder ? attributes : 0)
           from l in Enumerable.Range(k + 1, attributes - k - 1) select new MixtureTerm(k, l),
    ];
}

/// <summary>
/// A mixture of items' similarities by several attributes, g = sum_k mu_k G_k + sum_kl mu_kl G_k o G_l, mu 0 or more (Monteil et
/// al. 2024, eq. 5).
/// </summary>
/// <param name="Similarities">By each attribute.</param>
/// <param name="Terms">What is mixed.</param>
/// <param name="Weights">mu of each term.</param>
public sealed record ItemMixture(AttributeSimilarities Similarities, IReadOnlyList<MixtureTerm> Terms, double[] Weights)
{
    /// <summary>The name of a term, such as <c>genres x actors</c>.</summary>
    public string NameOf(MixtureTerm term) => Similarities.Names[term.First]
        + (term.Second is int second ? $" x {Similarities.Names[second]}" : "");

    /// <summary>Names and weights of the terms that have one.</summary>
    public IReadOnlyDictionary<string, double> NamedWeights => Terms.Zip(Weights).Where(term => term.Second != 0)
        .ToDictionary(term => NameOf(term.First), term => term.Second);

    /// <summary>The mixed similarities times <paramref name="factor"/>, items x items, row-major.</summary>
    public float[] Matrix(double factor = 1)
    {
        int n = Similarities.ItemCount;
        var mixed = new float[n * n];
        Cores.For(0, n, i =>
        {
            var row = mixed.AsSpan(i * n, n);
            var product = new float[n];
            foreach (var (term, weight) in Terms.Zip(Weights))
            {
                if (weight == 0) continue;
                ReadOnlySpan<float> values = Similarities.Row(term.First, i);
                if (term.Second is int second)
                {
                    TensorPrimitives.Multiply(values, Similarities.Row(second, i), product);
                    values = product;
                }
                TensorPrimitives.MultiplyAdd(values, (float)(factor * weight), row, row);
            }
        });
        return mixed;
    }

    /// <summary>The weights for people: <c>genres 0.12, genres x actors 0.034</c>, the largest first.</summary>
    public override string ToString() => NamedWeights.Count == 0 ? "nothing" : string.Join(", ", NamedWeights
        .OrderByDescending(w => w.Value).Select(w => string.Create(CultureInfo.InvariantCulture, $"{w.Key} {w.Value:G3}")));
}
