using System.Globalization;
using System.Text;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using ManualVae.Serving;
using static ManualVae.Data.InputException;

namespace ManualVae.Export;

/// <summary>In which file vectors are kept.</summary>
public enum VectorFormat
{
    /// <summary>A header line, then an id and its numbers a line, separated by tabs.</summary>
    Tsv,
    /// <summary>NumPy's format of one array; it holds no ids.</summary>
    Npy,
    /// <summary>NumPy's archive: <c>vectors</c> and <c>ids</c>.</summary>
    Npz,
    /// <summary>Parquet: <c>id</c>, and <c>vector</c>, a list of numbers.</summary>
    Parquet,
}

/// <summary>
/// The vectors of items or of users, with their original ids. They are computed while they are written, some rows at a time.
/// </summary>
public sealed class VectorExport
{
    private const int RowsAtOnce = 4096;
    private readonly Action<int, int, Memory<float>> _fill; // first row, rows, place

    private VectorExport(IReadOnlyList<string> ids, int width, string description, Action<int, int, Memory<float>> fill) =>
        (Ids, Width, Description, _fill) = (ids, width, description, fill);

    /// <summary>Original ids, in the order of the rows.</summary>
    public IReadOnlyList<string> Ids { get; }

    /// <summary>Length of a vector.</summary>
    public int Width { get; }

    /// <summary>What the vectors are.</summary>
    public string Description { get; }

    /// <summary>
    /// The vectors of the items: rows of an autoencoder's output layer, item factors of iALS, or ELSA's vectors. The inner
    /// product with the last hidden layer (iALS, ELSA: the user's vector) is the score, but for the output layer's bias.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="items">Its items.</param>
    /// <exception cref="InputException">The model has no item vectors.</exception>
    public static VectorExport OfItems(IRecommender model, ItemList items)
    {
        switch (model)
        {
            case FactorModel factors:
                return new(items.Ids, factors.Dimension, "item factors", (first, rows, place) => factors.ItemVectors.Slice(
                    first * factors.Dimension, rows * factors.Dimension).CopyTo(place.Span));
            case ElsaModel elsa:
                return new(items.Ids, elsa.Dimension, "item vectors", (first, rows, place) => elsa.ItemVectors.Slice(
                    first * elsa.Dimension, rows * elsa.Dimension).CopyTo(place.Span));
            case Autoencoder own:
                var weight = own.Decoder.Output.Weight;
                return new(items.Ids, weight.Value.Columns, "rows of the decoder's output layer", (first, rows, place) =>
                {
                    own.Backend.Flush(weight);
                    own.Backend.Download(weight.Value.Slice(first, rows), place.Span);
                });
            default:
                throw About($"{model.Name}: has no item vectors; export its parameters by {Setting("Format")}.");
        }
    }

    /// <summary>
    /// The vectors of users: posterior means of their histories (a DAE's bottleneck), solved factors of iALS, or sums of ELSA's
    /// vectors.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="data">The users and their histories, in the model's columns.</param>
    /// <param name="hideHeldOut">A history is what an evaluation shows, and not all that is known.</param>
    /// <exception cref="InputException">The model has no user vectors.</exception>
    public static VectorExport OfUsers(IRecommender model, PreparedDataset data, bool hideHeldOut = false)
    {
        var clicks = Histories.Of(data, hideHeldOut).Clicks;
        return model switch
        {
            FactorModel factors => new(data.UserIds, factors.Dimension, "user factors", (first, rows, place) =>
                factors.SolveUsers(clicks, first, rows, place.Span)),
            ElsaModel elsa => new(data.UserIds, elsa.Dimension, "sums of item vectors", (first, rows, place) =>
                elsa.Encode(clicks, first, rows, place.Span)),
            Autoencoder own => new(data.UserIds, own.CodeWidth, own.Settings.Variational ? "posterior means" : "bottleneck",
                (first, rows, place) => own.PosteriorMeans(clicks, first, rows, place.Span)),
            _ => throw About(
                $"{model.Name}: has no vector of a history; {Setting("Vectors")} users takes an autoencoder, elsa, ials or wmf."),
        };
    }

    /// <summary>Writes the vectors.</summary>
    /// <param name="stream">Where to; seekable for Parquet.</param>
    /// <param name="format">The format.</param>
    /// <param name="cancellation">Ends the work between two parts.</param>
    public void Write(Stream stream, VectorFormat format, CancellationToken cancellation = default)
    {
        var vectors = new NamedArray("vectors", ElementType.Float32, [Ids.Count, Width], target =>
        {
            foreach (var (_, part) in Parts(cancellation)) NamedArray.WriteElements<float>(target, part.Span);
        });
        switch (format)
        {
            case VectorFormat.Npy: NpyFile.Write(stream, vectors); break;
            case VectorFormat.Npz: NpzFile.Write(stream, [vectors, NamedArray.OfText("ids", Ids)]); break;
            case VectorFormat.Parquet: WriteParquet(stream, cancellation); break;
            default: WriteTsv(stream, cancellation); break;
        }
    }

    // The rows from a first one on; the memory is used again for the next part.
    private IEnumerable<(int First, ReadOnlyMemory<float> Part)> Parts(CancellationToken cancellation)
    {
        var buffer = new float[Math.Min(RowsAtOnce, Ids.Count) * Width];
        for (int first = 0; first < Ids.Count; first += RowsAtOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            int rows = Math.Min(RowsAtOnce, Ids.Count - first);
            _fill(first, rows, buffer.AsMemory(0, rows * Width));
            yield return (first, buffer.AsMemory(0, rows * Width));
        }
    }

    private void WriteTsv(Stream stream, CancellationToken cancellation)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine("id\t" + string.Join('\t', Enumerable.Range(0, Width)));
        foreach (var (first, part) in Parts(cancellation))
            for (int row = 0; row < part.Length / Width; row++)
            {
                writer.Write(Ids[first + row]);
                foreach (float value in part.Span.Slice(row * Width, Width))
                {
                    writer.Write('\t');
                    writer.Write(value.ToString("R", CultureInfo.InvariantCulture));
                }
                writer.WriteLine();
            }
    }

    private void WriteParquet(Stream stream, CancellationToken cancellation) => ParquetFile.WriteVectors(
        stream, Width, Parts(cancellation).Select(p => (Ids.Skip(p.First).Take(p.Part.Length / Width).ToArray(), p.Part)));
}
