using ManualVae.Data.Import;
using static ManualVae.Data.InputException;

namespace ManualVae.Data.Attributes;

/// <summary>
/// Adds attributes of the items to a prepared dataset: genres and years of the dataset's own items, and what files of items say.
/// Known by sight are the films of MovieLens (with or without what OMDb knows of them), MovieLens tags and Amazon metadata; other
/// tables by the names of their columns.
/// </summary>
public static class AttributeImport
{
    private static readonly SettingName Attribute = Setting(nameof(AttributeOptions.Attribute));

    /// <summary>
    /// The dataset with the attributes that the options name. Those that it has stay, unless a new one has the same name. Nothing
    /// is written; <see cref="PreparedDataset.Save"/> the result.
    /// </summary>
    /// <param name="data">The dataset.</param>
    /// <param name="options">What to read.</param>
    /// <param name="note">Receives a line about each attribute.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="InputException">The options or the files cannot be used.</exception>
    public static PreparedDataset Add(PreparedDataset data, AttributeOptions options, Action<string>? note = null,
        CancellationToken cancellation = default)
    {
        AttributeSpec[] specs = [.. options.Attribute.Select(AttributeSpec.Parse)];
        if (specs.GroupBy(spec => spec.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw About($"{Attribute} {twice.Key}: is there twice; give each attribute a name of its own.");
        var ids = ItemIds.Of(data.Items, options.ItemMap, cancellation);
        var made = new Dictionary<string, Made>(StringComparer.Ordinal);
        var own = OwnItems.Of(data);
        ItemTable[] files = [.. options.ItemFeatures.Distinct().Select(file =>
            ItemFiles.Open(file, options.ItemIdColumn, cancellation))];
        var plans = AttributePlan.Of([.. specs.Where(spec => spec.Kind != AttributeKind.Vector)], files, own,
            recognise: specs.Length == 0);
        foreach (var group in plans.GroupBy(plan => plan.Table))
        {
            cancellation.ThrowIfCancellationRequested();
            Read([.. group], group.Key == own ? ItemIds.Of(data.Items, null, cancellation) : ids, made, note);
        }
        foreach (var spec in specs.Where(spec => spec.Kind == AttributeKind.Vector))
            made[spec.Name] = Vector(spec, ids, cancellation);
        if (made.Count == 0) throw NothingRecognised(files, own);

        string[] order = [.. specs.Select(spec => spec.Name).Concat(plans.Select(plan => plan.Name)).Distinct()
            .Where(made.ContainsKey)];
        var sources = new SortedDictionary<string, AttributeSource>(data.Manifest.Attributes ?? [], StringComparer.Ordinal);
        foreach (string name in order)
        {
            sources[name] = made[name].Source;
            Tell(made[name], note);
        }
        return data.WithAttributes(
            [.. data.Attributes.Where(a => !made.ContainsKey(a.Name)), .. order.Select(name => made[name].Attribute)], sources);
    }

    /// <summary>Reads one table and makes the attributes that are planned from it.</summary>
    private static void Read(AttributePlan[] plans, ItemIds ids, Dictionary<string, Made> made, Action<string>? note)
    {
        var table = plans[0].Table;
        var columns = table.Read([.. plans.Select(plan => (plan.Column, plan.Clean))], ids);
        foreach (string line in table.Notes) note?.Invoke(line);
        string file = Path.GetFileName(table.Path);
        string? hash = table.Source?.Sha256;
        foreach (var (plan, column) in plans.Zip(columns))
        {
            bool asked = plan.Spec is not null;
            if (column.Known == 0)
            {
                if (asked) throw NothingKnown(plan, ids);
                continue;
            }
            if (plan.LeavesWhole(column) is { } doubt) note?.Invoke(doubt);
            var attribute = Make(plan, column);
            if (attribute.Features.Length > 0) made[plan.Name] = new(attribute, new(plan.Settings, file, hash));
            else if (asked)
                throw About(
                    $"{Attribute} {plan.Name}: no feature of '{plan.Column}' is in {plan.Least} items; give another least.");
            else note?.Invoke($"{plan.Name}: left out, as no feature of '{plan.Column}' is in {plan.Least} items");
        }
    }

    private static ItemAttribute Make(AttributePlan plan, ItemColumn column) => plan.Kind switch
    {
        AttributeKind.Categorical => CategoricalFeatures.Of(plan.Name, column, plan.Separator, plan.Least),
        AttributeKind.Numeric => plan.Width is { } width ? NumericFeatures.ByWidth(plan.Name, column, width)
            : NumericFeatures.ByQuantiles(plan.Name, column, plan.Bins),
        _ => TextFeatures.Of(plan.Name, column, plan.Words, plan.Least, plan.Most),
    };

    private static Made Vector(AttributeSpec spec, ItemIds ids, CancellationToken cancellation)
    {
        spec.RequireOptionsOf(AttributeKind.Vector);
        if (spec.Column is null) throw About($"{Attribute} {spec.Text}: names no file; give {spec.Name}=vector:FILE.");
        string path = SourceFiles.TryFind(spec.Column) ?? throw About($"{Attribute} {spec.Text}: no file {spec.Column}.");
        var files = new SourceFiles(null, cancellation);
        bool array;
        using (var stream = files.OpenSeekable(path)) array = stream.ReadByte() == 0x93;
        if (array && (spec.Word("column") ?? spec.Word("id-column")) is not null)
            throw About($"{Attribute} {spec.Text}: an array has no columns by name; leave column and id-column out.");
        if (!array && spec.Word("ids") is not null)
            throw About($"{Attribute} {spec.Text}: ids is for arrays of NumPy; name the column of ids by id-column.");
        var attribute = array ? VectorFeatures.OfArray(spec.Name, files, path, spec.Word("ids"), ids)
            : VectorFeatures.OfParquet(spec.Name, files, path, spec.Word("id-column"), spec.Word("column"), ids);
        if (attribute.KnownItems == 0)
            throw new InputException($"{path}: holds vectors of none of the dataset's items; check its ids.");
        string? hash = files.Describe(new ImportOptions { Input = path }).Sha256;
        return new(attribute, new($"vector:{attribute.Features.Length} numbers", Path.GetFileName(path), hash));
    }

    private static InputException NothingKnown(AttributePlan plan, ItemIds ids)
    {
        var (column, map) = (Setting(nameof(AttributeOptions.ItemIdColumn)), Setting(nameof(AttributeOptions.ItemMap)));
        string path = plan.Table.Path;
        return About($"{path}: says nothing of the dataset's {ids.Count} items in '{plan.Column}'; check ids ({column}, {map}).");
    }

    private static InputException NothingRecognised(ItemTable[] files, ItemTable own)
    {
        var table = files.FirstOrDefault() ?? own;
        string path = table.Path, columns = string.Join(", ", table.Columns);
        return About(
            $"{path}: knows no attribute of the dataset's items by its columns, {columns}; give {Attribute} NAME=KIND:COLUMN.");
    }

    private static void Tell(Made made, Action<string>? note)
    {
        var (attribute, source) = made;
        note?.Invoke($"{attribute.Name}: {source.Settings} of {source.File}, {attribute.Features.Length} features, known of "
            + $"{attribute.KnownItems} of {attribute.Values.Rows} items"
            + (attribute.Name == "tags" ? "; users wrote the tags, so they tell of clicks too" : ""));
    }

    private sealed record Made(ItemAttribute Attribute, AttributeSource Source);
}
