using System.Globalization;
using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Tools.Bench;

/// <summary>The products that <c>bench gemm</c> knows by name, and the choice among them.</summary>
internal static class GemmShapes
{
    /// <summary>
    /// The decoder's three products in a training step, the same at awkward sizes, and products with few rows or a short k.
    /// </summary>
    public static IReadOnlyList<GemmShape> All { get; } =
    [
        new("forward", Transpose.Second, 500, 20108, 600),
        new("dH", Transpose.None, 500, 600, 20108),
        new("dW", Transpose.First, 20108, 600, 500),
        new("forward", Transpose.Second, 499, 20107, 601),
        new("dH", Transpose.None, 499, 601, 20107),
        new("dW", Transpose.First, 20107, 601, 499),
        new("one user", Transpose.Second, 1, 20107, 601),
        new("two users", Transpose.Second, 2, 20108, 600),
        new("outer", Transpose.None, 499, 20107, 1),
        new("outer", Transpose.None, 500, 20108, 2),
        new("middle", Transpose.Second, 500, 400, 600),
    ];

    /// <summary>The three large products of a training step.</summary>
    public static IReadOnlyList<GemmShape> Decoder => [.. All.Take(3)];

    /// <summary>The decoder's forward product for batches of so many users, by this name.</summary>
    public const string Users = "users";

    private static readonly int[] BatchSizes = [1, 4, 16, 64, 256, 1024];

    /// <summary>
    /// What a GPU is compared with the processor at: the decoder's products, one of a hidden layer, and the decoder for growing
    /// batches, of which the smallest belong to the processor.
    /// </summary>
    public static IReadOnlyList<GemmShape> Device { get; } =
    [
        .. All.Take(3), All[^1],
        .. BatchSizes.Select(users => new GemmShape(Users, Transpose.Second, users, 20108, 600)),
    ];

    /// <summary>The shapes that the user chose.</summary>
    /// <param name="shapes">
    /// Names with dashes for spaces, <c>decoder</c> for the three large products, or m x k x n; commas between them. Null for all
    /// that <paramref name="known"/> has.
    /// </param>
    /// <param name="layout">NN, NT or TN, or null for all; sizes without a layout are measured in each.</param>
    /// <param name="known">The shapes if none are named.</param>
    /// <exception cref="InputException">There is no such shape or layout.</exception>
    public static GemmShape[] Choose(string? shapes, string? layout, IReadOnlyList<GemmShape> known)
    {
        if (layout is not null && !Layouts.Contains(layout, StringComparer.OrdinalIgnoreCase))
            throw new InputException($"--layout {layout}: give NN, NT or TN (T: stored transposed).");
        GemmShape[] chosen = [.. (shapes is null ? known : shapes.Split(',').SelectMany(Named))
            .Where(shape => layout is null || shape.LayoutName.Equals(layout, StringComparison.OrdinalIgnoreCase))];
        return chosen.Length > 0 ? chosen
            : throw new InputException($"--shape {shapes} has no product in layout {layout}; give m x k x n for one.");
    }

    private static readonly string[] Layouts = ["NN", "NT", "TN"];

    private static IEnumerable<GemmShape> Named(string text)
    {
        string name = text.Trim();
        if (name.Equals("decoder", StringComparison.OrdinalIgnoreCase)) return Decoder;
        GemmShape[] named = [.. All.Concat(Device).Distinct()
            .Where(shape => Slug(shape).Equals(name, StringComparison.OrdinalIgnoreCase))];
        if (named.Length > 0) return named;
        int[] sizes = [.. name.Split('x', 'X').Select(part =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0)];
        if (sizes is not [> 0 and var m, > 0 and var k, > 0 and var n])
            throw new InputException($"--shape '{name}': give sizes such as 500x600x20108 (A [500, 600] times B [600, 20108]), "
                + $"decoder, or one of {string.Join(", ", All.Concat(Device).Select(Slug).Distinct())}.");
        if ((double)m * k + (double)k * n + (double)m * n > int.MaxValue)
            throw new InputException($"--shape {name}: its matrices are too large; give smaller ones.");
        return from layout in new[] { Transpose.None, Transpose.Second, Transpose.First }
               select new GemmShape("own", layout, m, n, k);
    }

    private static string Slug(GemmShape shape) => shape.Name.Replace(' ', '-').ToLowerInvariant();
}
