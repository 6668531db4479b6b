using System.Text;
using System.Text.RegularExpressions;
using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>Recognises a layout by names of files and first lines, and settles which columns are read.</summary>
internal static class LayoutDetection
{
    private static readonly string[] Likely = ["\t", ";", ",", "|", "::"];

    private static readonly SettingName Format = Setting(nameof(ImportOptions.Format)),
        UserColumn = Setting(nameof(ImportOptions.UserColumn)), ItemColumn = Setting(nameof(ImportOptions.ItemColumn));

    /// <summary>The options with a format, and for a table the file and its columns.</summary>
    /// <exception cref="InputException">The layout is not known.</exception>
    public static ImportOptions Resolve(ImportOptions options, SourceFiles files, Action<string>? note)
    {
        files.Text.Use(options);
        return options.Format == ImportOptions.Auto ? Recognise(options, files, note)
            : Layouts.Named(options.Format) is { } named ? SettleNamed(options, named, files) : options;
    }

    private static ImportOptions SettleNamed(ImportOptions options, Layout named, SourceFiles files)
    {
        if (options.Where is not null && !named.IsOfColumns)
            throw About($"{Setting(nameof(options.Where))}: not for {Format} {options.Format}; leave it out.");
        return named is { IsOfColumns: true, Name: not "csv" }
            ? Settle(options, named, ClickFile(options.Input, named) ?? SourceFiles.Find(options.Input), files) : options;
    }

    private static ImportOptions Recognise(ImportOptions options, SourceFiles files, Action<string>? note)
    {
        bool ofColumns = (options.UserColumn ?? options.ItemColumn ?? options.RatingColumn ?? options.TimeColumn
            ?? options.TitleColumn ?? options.Where) is not null;
        foreach (var layout in Layouts.All.Where(layout => layout.IsOfColumns || !ofColumns))
        {
            if (ClickFile(options.Input, layout) is not { } path || !Matches(layout, path, options, files)) continue;
            var settled = layout.IsOfColumns ? Settle(options, layout, path, files) : options with { Format = layout.Name };
            note?.Invoke(Describe(layout, path, settled));
            return settled;
        }
        string seen = Seen(options.Input, files);
        throw About(
            $"{options.Input}: its layout is not known; {seen}. Give {Format}, or {UserColumn} and {ItemColumn} of a table.");
    }

    /// <summary>The file with the clicks: the input itself, or the one of a folder that has such a name.</summary>
    private static string? ClickFile(string input, Layout layout)
    {
        if (SourceFiles.IsFolder(input))
        {
            var found = SourceFiles.Files(input).Concat(SourceFiles.Files(Path.Combine(input, "training_set")))
                .Where(file => SourceFiles.HasName(file, layout.Files)).ToArray();
            return found.Length == 1 || (found.Length > 1 && !layout.IsOfColumns) ? found[0] : null;
        }
        string file = SourceFiles.Find(input);
        return !layout.ByName || SourceFiles.HasName(file, layout.Files) ? file : null;
    }

    private static bool Matches(Layout layout, string path, ImportOptions options, SourceFiles files)
    {
        if (layout.ByName && layout.Lines is null) return true;
        string text = files.FirstText(path);
        if (layout.Lines is { } lines
            && !Regex.IsMatch(text, lines, RegexOptions.Multiline, TimeSpan.FromSeconds(5))) return false;
        return layout.Read == ColumnReader.ReadCsv ? Header(text, layout, options) is not null
            : layout.Read != JsonLines.Read || layout.User is not null || Find(JsonNames(text), layout, options) is not null;
    }

    /// <summary>The options that read this layout from this file.</summary>
    private static ImportOptions Settle(ImportOptions options, Layout layout, string path, SourceFiles files)
    {
        if (options is { Format: not ImportOptions.Auto, UserColumn: not null, ItemColumn: not null })
            return options with { Input = path, Separator = layout.Separator ?? options.Separator };
        var columns = ColumnsOf(layout, path, options, files) ?? throw Unknown(path, Shortened(files.FirstText(path)));
        bool times = options.NeedsTimes || options.TimeFormat is not null;
        return options with
        {
            Format = layout.Name,
            Input = path,
            Separator = columns.Separator ?? layout.Separator ?? options.Separator,
            UserColumn = options.UserColumn ?? columns.User,
            ItemColumn = options.ItemColumn ?? columns.Item,
            RatingColumn = options.RatingColumn ?? columns.Rating,
            TimeColumn = options.TimeColumn ?? (times ? columns.Time : null),
        };
    }

    private static InputException Unknown(string path, string seen) =>
        About($"{path}: holds no known columns of users and items but '{seen}'; give {UserColumn} and {ItemColumn}.");

    private static Columns? ColumnsOf(Layout layout, string path, ImportOptions options, SourceFiles files) =>
        layout.Read == ColumnReader.ReadCsv ? Header(files.FirstText(path), layout, options)
        : layout is { User: { } user, Item: { } item } ? new(user, item, layout.Rating, layout.Time)
        : layout.Read == JsonLines.Read ? Find(JsonNames(files.FirstText(path)), layout, options)
        : Find(ParquetClicks.Columns(files, path), layout, options);

    private static Columns? Header(string text, Layout layout, ImportOptions options)
    {
        string? given = options.Separator is { } word ? Separators.Named(word) : layout.Separator;
        foreach (string separator in given is not null ? [given] : Likely)
            if (Find(Separators.Split(Line(text), separator), layout, options) is { } columns)
                return columns with { Separator = separator };
        return null;
    }

    /// <summary>The columns to read among those of a file: as asked for, as the layout has them, or by likely names.</summary>
    private static Columns? Find(IReadOnlyList<string> names, Layout layout, ImportOptions options)
    {
        bool numbers = layout.Read == ColumnReader.ReadCsv;
        string? Given(string name) => ColumnNames.FindExact(names, name)
            ?? (numbers && Separators.NumberOf(name) is { } number && number <= names.Count ? name : null);
        string? One(string? given, string? known, string[] likely) => given is not null ? Given(given)
            : known is not null ? ColumnNames.FindExact(names, known) : ColumnNames.Find(names, likely);
        string? user = One(options.UserColumn, layout.User, ColumnNames.Users),
            item = One(options.ItemColumn, layout.Item, ColumnNames.Items);
        if (user is null || item is null || user == item) return null;
        return new(user, item, One(options.RatingColumn, layout.Rating, ColumnNames.Ratings),
            One(options.TimeColumn, layout.Time, ColumnNames.Times));
    }

    private static List<string> JsonNames(string text) => JsonTable.Names(Encoding.UTF8.GetBytes(Line(text)));

    private static string Line(string text) => text.Split('\n', 2)[0].TrimEnd('\r').TrimStart('\uFEFF');

    private static string Describe(Layout layout, string path, ImportOptions options)
    {
        var said = new StringBuilder($"{path}: read as {layout.What} (format {layout.Name})");
        if (options.UserColumn is not null) said.Append($": user from {options.UserColumn}, item from {options.ItemColumn}");
        if (options.RatingColumn is not null) said.Append($", rating from {options.RatingColumn}");
        if (options.TimeColumn is not null) said.Append($", time from {options.TimeColumn}");
        if (layout.Note is not null) said.Append($"; {layout.Note}");
        return said.ToString();
    }

    private static string Seen(string input, SourceFiles files)
    {
        if (SourceFiles.IsFolder(input))
        {
            var names = SourceFiles.Files(input).Take(10).Select(Path.GetFileName);
            return $"it holds {string.Join(", ", names.DefaultIfEmpty("no file"))}";
        }
        return $"its first line is '{Shortened(files.FirstText(SourceFiles.Find(input)))}'";
    }

    private static string Shortened(string text) =>
        string.Concat(Line(text).Take(100).Select(letter => char.IsControl(letter) && letter != '\t' ? '?' : letter));

    private sealed record Columns(string User, string Item, string? Rating, string? Time, string? Separator = null);
}
