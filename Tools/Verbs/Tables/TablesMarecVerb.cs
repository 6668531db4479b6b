using System.CommandLine;
using ManualVae.Data;
using ManualVae.Tools.ColdItems;
using ManualVae.Tools.Settings;
using ManualVae.Tools.Tables;

namespace ManualVae.Tools.Verbs.Tables;

/// <summary>
/// <c>manualvae tables marec</c>: items that nobody has clicked, found by what is known of them (Monteil et al. 2024). Its splits
/// are not published; data is divided into warm and cold items here, so the published figures are no target.
/// </summary>
internal static class TablesMarecVerb
{
    private const string Note = "published figures are of other data and splits: not comparable";

    private const string Table3 = "Monteil et al. 2024, table 3, cold items of MovieLens10M with five kinds of features (read)";

    private static readonly Dictionary<string, PublishedFigures> Published = new()
    {
        [ColdRow.Content] = new([.0961, .0865, .1525, .1054], Table3),
        ["MARec-EASE-printed"] = new([.1094, .0938, .1956, .1236], Table3),
    };

    public static Command Create()
    {
        var data = new Option<string>("--data")
        {
            Description = "Prepared dataset whose items have attributes, or genres.", HelpName = "folder", Required = true,
        };
        var output = new Option<string>("--output")
        {
            Description = "Folder of the divisions and results; what is there already is not measured again.",
            HelpName = "folder", Required = true,
        };
        var rows = new Option<string?>("--rows")
        {
            Description = "Which rows; a name stands for all that begin with it. [default: all]", HelpName = "name,name,...",
        };
        var settings = new SettingFlags<ColdItemOptions>(new());
        var json = Flags.Json();
        return Verb.Create("marec", "Items nobody has clicked (Monteil et al. 2024), drawn from your data.", parsed =>
        {
            var options = settings.Read(parsed, new());
            options.Validate();
            var source = PreparedDataset.Open(parsed.GetValue(data)!);
            var chosen = Chosen(source, parsed.GetValue(rows));
            ItemDivision.Draw(source.ItemCount, options.Division(1));
            var table = Measure(source, chosen, options, Path.Combine(parsed.GetValue(output)!,
                Readable.Folder(source.Directory), FormattableString.Invariant(
                    $"cold-{options.ColdShare}-warm-{options.WarmShare}-seed-{options.Seed}")));
            if (parsed.GetValue(json)) Terminal.WriteJson(table.Json());
            else table.Write(Terminal.Results);
            return ExitCode.Done;
        }, [data, output, rows, .. settings.Options, json]);
    }

    private static IReadOnlyList<ColdRow> Chosen(PreparedDataset data, string? names)
    {
        if (data.Attributes.Count == 0)
            throw new InputException($"{data.Directory}: its items have no attributes and no genres; import a source that has "
                + "them, such as MovieLens with its file of movies beside the ratings.");
        var all = ColdRow.Of(data.Attributes);
        if (names is null) return all;
        string[] asked = names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (string name in asked)
            if (!all.Any(row => row.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase)))
                throw new InputException($"--rows {name}: there are {string.Join(", ", all.Select(r => r.Name))}"
                    + $"{Spelling.Question(name, all.Select(r => r.Name))}.");
        return [.. all.Where(row => asked.Any(name => row.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase)))];
    }

    private static ColdTable Measure(
        PreparedDataset source, IReadOnlyList<ColdRow> rows, ColdItemOptions options, string folder)
    {
        ColdChoices? choices = null;
        var weights = new List<IReadOnlyDictionary<string, double>>();
        var results = rows.Select(row => (row.Name, Draws: new List<ColdResult>())).ToList();
        for (int draw = 1; draw <= options.Draws; draw++)
        {
            string place = Path.Combine(folder, $"draw-{draw}");
            var division = new ColdDraw(Divided(source, options.Division(draw), Path.Combine(place, "data")));
            choices ??= ColdFiles.Open(Path.Combine(folder, "choices.json"),
                () => ColdRow.Choose(division, Console.Error.WriteLine),
                read => read.Wrong(division.Data.Attributes.Select(a => a.Name).Append(ColdRow.Content)));
            foreach (var (row, found) in rows.Zip(results))
            {
                Console.Error.WriteLine($"draw {draw}     {row.Name}");
                found.Draws.Add(ColdResult.Open(Path.Combine(place, $"{row.Name}.json"), row, division, choices));
            }
            if (rows.Any(row => row.Name.StartsWith("mixture", StringComparison.Ordinal)))
                weights.Add(ColdFiles.Open(Path.Combine(place, "weights.json"), () => new Dictionary<string, double>(
                    division.Mixture(choices, secondOrder: true, texts: true).NamedWeights),
                    read => read.Values.All(double.IsFinite) ? null : "a weight is not a number"));
        }
        return new(source.Directory, choices!, weights, [.. results.Select(r => (r.Name, (IReadOnlyList<ColdResult>)r.Draws))],
            Published, Note);
    }

    /// <summary>The division as a prepared folder, so that a run can be trained on it and evaluated like any other.</summary>
    private static PreparedDataset Divided(PreparedDataset data, ItemDivisionOptions options, string folder)
    {
        if (!Directory.Exists(folder)) return ItemDivision.Divide(data, options).Save(folder);
        var divided = PreparedDataset.Open(folder);
        return divided.Manifest.SplitSettings?.GetValueOrDefault(ItemDivision.DividedData) == data.ManifestHash ? divided
            : throw new InputException($"{folder}: is a division of other data than {data.Directory}; give another --output.");
    }
}
