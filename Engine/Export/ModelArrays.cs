using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;

namespace ManualVae.Export;

/// <summary>The arrays of a trained model, under the names that docs/export.md lists.</summary>
internal static class ModelArrays
{
    /// <summary>All parameters of a model.</summary>
    public static IReadOnlyList<NamedArray> Of(IRecommender model)
    {
        int items = model.ItemCount;
        return model switch
        {
            Autoencoder own => Of(own.Parameters.All, own.Backend),
            Cdae own => Of(own.Parameters, own.Backend),
            ItemItemModel own => [NamedArray.Of("weights", () => own.Weights, items, items)],
            SparseItemItemModel own => Of(own.Weights),
            FactorModel own => [NamedArray.Of("items", () => own.ItemVectors, items, own.Dimension)],
            ElsaModel own => [NamedArray.Of("vectors", () => own.ItemVectors, items, own.Dimension)],
            Popularity own => [NamedArray.Of<float>("counts", () => (float[])own.State[0], items)],
            Ncf own => Of(own),
            _ => throw new InputException($"{model.Name}: has no parameters to export; choose another model."),
        };
    }

    /// <summary>A sparse matrix as SciPy keeps it; what <c>scipy.sparse.load_npz</c> reads.</summary>
    public static IReadOnlyList<NamedArray> Of(CsrMatrix matrix) =>
    [
        NamedArray.Of<long>("shape", () => new long[] { matrix.Rows, matrix.Columns }, 2),
        NamedArray.Of("indptr", () => matrix.RowOffsets, matrix.Rows + 1),
        NamedArray.Of("indices", () => matrix.ColumnIndices, matrix.EntryCount),
        matrix.IsBinary ? Ones("data", matrix.EntryCount) : NamedArray.Of("data", () => matrix.Values, matrix.EntryCount),
        NamedArray.OfText("format", ["csr"]) with { Shape = [] },
    ];

    /// <summary>The matrix with its zeros, written row by row.</summary>
    public static NamedArray Dense(string name, CsrMatrix matrix) =>
        new(name, ElementType.Float32, [matrix.Rows, matrix.Columns], stream =>
        {
            var dense = new float[matrix.Columns];
            for (int row = 0; row < matrix.Rows; row++)
            {
                Array.Clear(dense);
                ReadOnlySpan<int> columns = matrix.RowColumns(row);
                ReadOnlySpan<float> values = matrix.RowValues(row);
                for (int e = 0; e < columns.Length; e++) dense[columns[e]] = matrix.IsBinary ? 1 : values[e];
                NamedArray.WriteElements<float>(stream, dense);
            }
        });

    private static NamedArray[] Of(IEnumerable<Parameter> parameters, IBackend backend) =>
        [.. parameters.Select(parameter => NamedArray.Of(parameter, backend))];

    private static List<NamedArray> Of(Ncf model)
    {
        NamedArray Vectors(string name, EmbeddingTable table) =>
            NamedArray.Of<float>(name, () => table.Values, table.Rows, table.Width);
        List<NamedArray> arrays = [];
        if (model.Gmf is { } gmf) arrays.AddRange([Vectors("users.product", gmf.Users), Vectors("items.product", gmf.Items)]);
        if (model.Mlp is { } mlp)
        {
            arrays.AddRange([Vectors("users.mlp", mlp.Users), Vectors("items.mlp", mlp.Items)]);
            for (int l = 0; l < mlp.Weights.Length; l++)
            {
                arrays.Add(NamedArray.Of(mlp.Weights[l], model.Memory.Backend));
                arrays.Add(NamedArray.Of(
                    $"mlp.{l}.bias", () => model.Memory.Backend.Floats(mlp.Biases[l].Value), mlp.Widths[l + 1]));
            }
        }
        var output = (float[])model.State[^1];
        arrays.Add(NamedArray.Of<float>("output.weight", () => output.AsSpan(0, output.Length - 1), output.Length - 1));
        arrays.Add(NamedArray.Of<float>("output.bias", () => output.AsSpan(output.Length - 1), 1));
        return arrays;
    }

    private static NamedArray Ones(string name, long length) => new(name, ElementType.Float32, [length], stream =>
    {
        var ones = new float[Math.Min(length, 1 << 16)];
        Array.Fill(ones, 1);
        for (long left = length; left > 0; left -= ones.Length)
            NamedArray.WriteElements<float>(stream, ones.AsSpan(0, (int)Math.Min(left, ones.Length)));
    });
}
