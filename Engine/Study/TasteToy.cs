using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Study;

/// <summary>
/// Users of a few tastes. Everybody with a taste clicked all items of that taste but one, which differs from user to user, and
/// the items that are common to all tastes.
/// </summary>
internal static class TasteToy
{
    private const int OwnItems = 12, Latent = 2;

    /// <summary>
    /// Two tastes of 20 users each and a decoder of small weights, as early in training: gradients are large beside what changes
    /// them. Every code is the sum of its items' vectors, times the spread. At a small spread all pairs of one taste are inside
    /// the radius, which is nearly half of all pairs; at a large one few are. Pairs of different tastes never are.
    /// </summary>
    public static StudyToy Inside(IBackend backend, double spread, int rows)
    {
        var toy = Make(backend, tastes: 2, users: 20, common: 0,
            new() { Hidden = [], DecoderHidden = [4], Latent = Latent }, rows);
        int items = toy.Data.ItemCount;
        double[] vectors = Normal(items * Latent, 1), encoder = new double[items * 2 * Latent];
        for (int item = 0; item < items; item++)
            for (int k = 0; k < Latent; k++) encoder[item * 2 * Latent + k] = 2 * spread * vectors[item * Latent + k];
        toy.Set("encoder.0.weight", encoder);
        toy.Set("encoder.0.bias", 0, 0, 2 * Math.Log(0.1), 2 * Math.Log(0.1)); // sigma 0.1
        toy.Set("decoder.0.weight", Scaled(Normal(4 * Latent, 2), 0.3));
        toy.Set("decoder.1.weight", Scaled(Normal(items * 4, 3), 0.3));
        return toy;
    }

    /// <summary>
    /// Four tastes of ten users each and two items that all share, trained for 60 updates. Users of one taste have 12 items in
    /// common and differ in 2: far above 1 / (2 rho). Users of two tastes have 2 in common and differ in 22.
    /// </summary>
    public static StudyToy Duplicates(IBackend backend, int rows)
    {
        var toy = Make(backend, tastes: 4, users: 10, common: 2, new() { Hidden = [8], Latent = Latent }, rows);
        uint stream = 10;
        foreach (var parameter in toy.Model.Parameters.All.Where(p => p.Name.EndsWith(".weight", StringComparison.Ordinal)))
            toy.Set(parameter.Name, Scaled(Normal((int)parameter.Value.Length, stream++), 0.3));
        toy.Train(steps: 60, rate: 0.02);
        return toy;
    }

    private static StudyToy Make(
        IBackend backend, int tastes, int users, int common, AutoencoderSettings settings, int rows)
    {
        int items = common + tastes * OwnItems;
        var pairs = new List<(int, int)>();
        for (int user = 0; user < tastes * users; user++)
            for (int item = 0; item < items; item++)
            {
                int own = item - common - user / users * OwnItems; // number of the item in the user's taste
                if (item < common || own is >= 0 and < OwnItems && own != user % users % OwnItems) pairs.Add((user, item));
            }
        return new(backend, settings, CsrMatrix.FromPairs(tastes * users, items, pairs),
            [.. Enumerable.Range(0, tastes * users).Select(user => $"{Taste(user / users)}{user % users + 1}")],
            [.. Enumerable.Range(0, items).Select(item => item < common ? $"common-{item + 1}"
                : $"{Taste((item - common) / OwnItems)}-item-{(item - common) % OwnItems + 1}")], rows);
    }

    private static char Taste(int number) => (char)('a' + number);

    private static double[] Normal(int count, uint stream) =>
        [.. Enumerable.Range(0, count).Select(i => CounterRandom.Normal(new(1, stream, RandomPurpose.Study), 0, (uint)i))];

    private static double[] Scaled(double[] values, double factor) => [.. values.Select(value => factor * value)];
}
