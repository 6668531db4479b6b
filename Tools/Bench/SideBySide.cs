using System.Globalization;
using Spectre.Console;

namespace ManualVae.Tools.Bench;

/// <summary>
/// Products on a GPU and on the processor, a line for each shape: milliseconds of every level, of the transfers and of the SIMD
/// backend, and how many times faster the GPU is.
/// </summary>
internal static class SideBySide
{
    /// <summary>Levels that are no products of the GPU.</summary>
    public const string Processor = "simd", FirstUp = "A up", SecondUp = "B up", ProductDown = "C down";

    /// <summary>Not single precision, so no match for the processor's product.</summary>
    public const string Tf32 = "tf32";

    /// <summary>The table; null where the results have no levels.</summary>
    public static Table? Of(IReadOnlyList<BenchResult> results)
    {
        string[] levels = [.. Levels(results).Distinct()];
        if (levels.Length == 0) return null;
        var table = Terminal.Table(
            ["product", "shape", .. levels.Select(level => $">{level}"), ">simd / gpu", ">with transfers"]);
        foreach (var line in Lines(results))
            table.AddRow([Markup.Escape(line.Product), line.Shape,
                .. levels.Select(level => line.Seconds.TryGetValue(level, out double s) ? Milliseconds(s) : ""),
                Times(line.Simd / line.Gpu), Times(line.Simd / line.GpuWithTransfers)]);
        return table;
    }

    /// <summary>What the columns mean, and from which batch on the GPU is the faster one.</summary>
    public static string Note(IReadOnlyList<BenchResult> results)
    {
        SideLine[] batches =
            [.. Lines(results).Where(line => line.Product == $"gemm {GemmShapes.Users} NT").OrderBy(line => line.Rows)];
        return "Milliseconds, medians. simd / gpu: by the fastest level in single precision, operands and product on the device. "
            + "With transfers: A goes up and C comes down from ordinary memory, B (the weights) stays."
            + (batches.Length == 0 ? "" : $"\nA decoder's forward product on the GPU: {Wins(batches, line => line.Gpu)}; with "
                + $"transfers: {Wins(batches, line => line.GpuWithTransfers)}.");
    }

    /// <summary>The smallest batch from which on the GPU is always faster.</summary>
    private static string Wins(SideLine[] batches, Func<SideLine, double> gpu)
    {
        int losses = batches.TakeWhile((_, i) => batches[i..].Any(line => !(gpu(line) < line.Simd))).Count();
        return losses == batches.Length ? $"not faster up to {batches[^1].Rows} users"
            : $"faster from {Readable.Count(batches[losses].Rows, "user")} on";
    }

    /// <summary>The measurements of one product.</summary>
    private sealed record SideLine(string Product, string Shape, IReadOnlyDictionary<string, double> Seconds)
    {
        /// <summary>Rows of the product: the users of a batch, in a forward product.</summary>
        public int Rows => int.Parse(Shape.AsSpan(0, Shape.IndexOf('x', StringComparison.Ordinal)), CultureInfo.InvariantCulture);

        /// <summary>Seconds of the processor; NaN where it did not run.</summary>
        public double Simd => Seconds.TryGetValue(Processor, out double seconds) ? seconds : double.NaN;

        /// <summary>Seconds of the fastest level in single precision; NaN where none ran.</summary>
        public double Gpu => Seconds
            .Where(level => level.Key is not (Processor or FirstUp or SecondUp or ProductDown or Tf32))
            .Select(level => level.Value).DefaultIfEmpty(double.NaN).Min();

        /// <summary>The same with what travels for each batch.</summary>
        public double GpuWithTransfers =>
            Gpu + Seconds.GetValueOrDefault(FirstUp, double.NaN) + Seconds.GetValueOrDefault(ProductDown, double.NaN);
    }

    private static IEnumerable<string> Levels(IEnumerable<BenchResult> results) => results.Select(r => r.Level).OfType<string>();

    private static IEnumerable<SideLine> Lines(IEnumerable<BenchResult> results) => results
        .Where(result => result.Level is not null)
        .GroupBy(result => (Product: result.Name.Split(", ")[0], result.Shape))
        .Select(line => new SideLine(line.Key.Product, line.Key.Shape,
            line.ToDictionary(result => result.Level!, result => result.MedianSeconds)));

    private static string Milliseconds(double seconds) => $"{seconds * 1e3:0.000}";

    private static string Times(double ratio) => double.IsFinite(ratio) ? $"{ratio:0.00}" : "";
}
