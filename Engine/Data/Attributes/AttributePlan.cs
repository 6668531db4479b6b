using ManualVae.Data.Import;
using static ManualVae.Data.InputException;

namespace ManualVae.Data.Attributes;

/// <summary>Where an attribute comes from, and how it is made.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Table">What it is read from.</param>
/// <param name="Column">The column.</param>
/// <param name="Spec">What was asked for; null where it was recognised.</param>
internal sealed record AttributePlan(string Name, AttributeKind Kind, ItemTable Table, string Column, AttributeSpec? Spec)
{
    private const int AllBins = 10, AllWords = 1000, FewestItems = 2;
    private const double MostTexts = 0.5;

    private static readonly SettingName Attribute = Setting(nameof(AttributeOptions.Attribute)),
        ItemFeatures = Setting(nameof(AttributeOptions.ItemFeatures));

    /// <summary>Makes a field a value; null leaves it as it is.</summary>
    public Func<string, string?>? Clean { get; init; }

    /// <summary>What separates the values of a field.</summary>
    public string Separator => Spec?.Separator ?? Table.Layout?.Separator ?? "|";
    /// <summary>Items that a feature must have.</summary>
    public int Least => Spec?.Count("least") ?? FewestItems;
    /// <summary>Number of bins by quantiles.</summary>
    public int Bins => Spec?.Count("bins") ?? AllBins;
    /// <summary>Width of the bins; null for quantiles.</summary>
    public double? Width => Spec?.Number("width", double.MaxValue) ?? (Spec?.Word("bins") is null ? KnownWidth : null);
    /// <summary>Most words of the vocabulary.</summary>
    public int Words => Spec?.Count("words") ?? AllWords;
    /// <summary>Share of the texts that a word may be in.</summary>
    public double Most => Spec?.Number("most", 1) ?? MostTexts;

    /// <summary>How it is made, for people and for the manifest.</summary>
    public string Settings
    {
        get
        {
            string separator = Separator switch { "" => "none", "," => "comma", var other => other };
            FormattableString options = Kind switch
            {
                AttributeKind.Categorical => $"separator={separator},least={Least}",
                AttributeKind.Numeric when Width is { } width => $"width={width}",
                AttributeKind.Numeric => $"bins={Bins}",
                _ => $"words={Words},least={Least},most={Most}",
            };
            return $"{Kind.ToString().ToLowerInvariant()}:{Column},{FormattableString.Invariant(options)}";
        }
    }

    private double? KnownWidth { get; init; }

    /// <summary>Finds the column of every attribute.</summary>
    /// <param name="specs">What is asked for.</param>
    /// <param name="files">Files of items, in the order in which they are looked at.</param>
    /// <param name="own">The dataset's items, which come last.</param>
    /// <param name="recognise">Takes what is recognised, where nothing is asked for.</param>
    /// <exception cref="InputException">Nothing has such a column, or nothing tells the kind.</exception>
    public static IReadOnlyList<AttributePlan> Of(
        IReadOnlyList<AttributeSpec> specs, IReadOnlyList<ItemTable> files, ItemTable own, bool recognise)
    {
        if (!recognise) return [.. specs.Select(spec => Find(spec, [.. files, own]))];
        return [.. (files.Count == 0 ? [own] : files).SelectMany(table => Recognised.All
            .Where(known => !known.OnRequest || table.Layout?.Also.Contains(known.Name) == true)
            .Select(known => Recognise(known, table))).OfType<AttributePlan>().DistinctBy(plan => plan.Name)];
    }

    /// <summary>
    /// A line about values that may be several ones each: nothing said how they are separated, and most hold a comma or
    /// semicolon. Null for none.
    /// </summary>
    public string? LeavesWhole(ItemColumn column)
    {
        if (Kind != AttributeKind.Categorical || Spec?.Separator is not null || Table.Layout is not null) return null;
        string[] fields = [.. Enumerable.Range(0, column.Items).SelectMany(column.Values)];
        if (fields.Any(field => field.Contains(Separator, StringComparison.Ordinal))) return null;
        string? other = new[] { ",", ";" }.FirstOrDefault(mark =>
            2 * fields.Count(field => field.Contains(mark, StringComparison.Ordinal)) > fields.Length);
        return other is null ? null : $"{Name}: most fields of '{Column}' hold '{other}', and none '{Separator}'; "
            + $"if it separates values, add separator={(other == "," ? "comma" : "semicolon")}";
    }

    private static AttributePlan Find(AttributeSpec spec, IReadOnlyList<ItemTable> tables)
    {
        AttributePlan Settled(AttributePlan plan)
        {
            var settled = plan with { Kind = spec.Kind ?? plan.Kind, Spec = spec };
            spec.RequireOptionsOf(settled.Kind);
            if (spec.Word("bins") is not null && spec.Word("width") is not null)
                throw About($"{Attribute} {spec.Text}: gives bins and width; leave one out.");
            _ = settled.Settings; // reads every option
            return settled;
        }
        string columns = string.Join("; ", tables.Select(table => $"{table.Path} has {string.Join(", ", table.Columns)}"));
        if (spec.Column is null && Recognised.All.FirstOrDefault(known => known.Name == spec.Name) is { } recognised
            && tables.Select(table => Recognise(recognised, table)).FirstOrDefault(plan => plan is not null) is { } found)
            return Settled(found);
        string name = spec.Column ?? spec.Name;
        foreach (var table in tables)
            if (ColumnNames.FindExact(table.Columns, name) is { } column)
                return Settled(new(spec.Name, spec.Kind ?? throw About(
                    $"{Attribute} {spec.Text}: give its kind, as {spec.Name}=categorical:{column}; or numeric, or text."),
                    table, column, spec)
                {
                    Clean = table.Layout?.Clean(column),
                });
        throw About($"{Attribute} {spec.Text}: no column '{name}'; {columns}. {ItemFeatures} names files.");
    }

    private static AttributePlan? Recognise(Recognised known, ItemTable table)
    {
        AttributePlan Plan(string column, Func<string, string?>? clean) =>
            new(known.Name, known.Kind, table, column, null) { Clean = clean, KnownWidth = known.Width };
        if (ColumnNames.Find(table.Columns, known.Columns) is { } column) return Plan(column, table.Layout?.Clean(column));
        // Titles of products end in other numbers.
        bool films = known.Name == "year" && table.Layout?.Also is null or [];
        return films && ColumnNames.Find(table.Columns, ["title"]) is { } title ? Plan(title, FieldText.YearOfTitle) : null;
    }
}
