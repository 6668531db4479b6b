using System.Globalization;
using System.Text.Json.Nodes;
using ManualVae.Data;
using ManualVae.Tools.Settings;
using ManualVae.Tools.Sweep;

namespace ManualVae.Tools.Tables;

/// <summary>Chooses a baseline's settings on the validation part: a sweep over its grid, kept beside the runs.</summary>
internal static class BaselineSearch
{
    /// <summary>The folder of a row's trials and its <c>sweep.json</c>.</summary>
    public static string Folder(string parent, TableRow row) => Path.Combine(parent, "search", row.Name);

    /// <summary>The row with the settings that did best; the row itself without a grid or a validation part.</summary>
    /// <param name="data">The data; its validation part judges by the validation metric.</param>
    /// <param name="row">The row.</param>
    /// <param name="parent">The table's folder of this data.</param>
    /// <param name="most">Most trials; 0 keeps the row's own settings.</param>
    public static TableRow Chosen(PreparedDataset data, TableRow row, string parent, int most)
    {
        if (row.Grid is null || most == 0) return row;
        if (data.Validation is not { HasClicksToFind: true })
        {
            Console.Error.WriteLine($"{row.Name}: {data.Directory} has no validation part to choose by; its default settings");
            return row;
        }
        var flags = new TrainingFlags();
        using var sweep = new GrowingSweep(data, Folder(parent, row));
        var best = GrowingGrid.Best(row.Grid, most, point =>
        {
            var trial = point.ToDictionary(p => p.Key, p => p.Value.ToString(CultureInfo.InvariantCulture));
            return sweep.Try(trial, flags.Resolve(Given(row, data), trial));
        });
        if (best is null) return row;
        Console.Error.WriteLine($"{row.Name}: best of {sweep.Count} by {sweep.Metric}: "
            + string.Join(", ", best.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key} {p.Value}"))));
        return row with
        {
            Settings = _ =>
            {
                var given = row.Settings?.Invoke(data) ?? [];
                foreach (var (name, value) in flags.Read(best.ToDictionary(p => p.Key,
                    p => p.Value.ToString(CultureInfo.InvariantCulture)))) given[name] = value?.DeepClone();
                return given;
            },
        };
    }

    private static JsonObject Given(TableRow row, PreparedDataset data)
    {
        var given = row.Settings?.Invoke(data) ?? [];
        given["model"] = row.Model;
        return given;
    }
}
