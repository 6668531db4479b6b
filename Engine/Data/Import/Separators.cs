using System.Globalization;

namespace ManualVae.Data.Import;

/// <summary>Separators of fields: by name, and guessed from the first lines of a file.</summary>
internal static class Separators
{
    /// <summary>A blank: fields are separated by any number of blanks and tabs.</summary>
    public const string Blanks = " ";

    private static readonly (string Text, string Name)[] Known =
    [
        ("\t", "tab"), ("::", "\"::\""), (";", "\";\""), ("|", "\"|\""), (",", "\",\""), (Blanks, "blank"),
    ];

    /// <summary>The separator that a setting's word stands for.</summary>
    public static string Named(string word) => word switch
    {
        "tab" or "\\t" => "\t",
        "blank" or "space" => Blanks,
        "comma" => ",",
        "semicolon" => ";",
        "pipe" => "|",
        _ => word,
    };

    /// <summary>What to call a separator.</summary>
    public static string NameOf(string separator) =>
        Known.FirstOrDefault(known => known.Text == separator).Name ?? $"\"{separator}\"";

    /// <summary>The separator of a table: one that makes the columns asked for, in all lines alike; null for none.</summary>
    /// <param name="lines">The first lines.</param>
    /// <param name="columns">Names of columns, or numbers from 1.</param>
    public static string? Guess(IReadOnlyList<string> lines, params IEnumerable<string> columns)
    {
        if (lines.Count == 0) return null;
        string[] names = [.. columns.Where(column => NumberOf(column) is null)];
        int most = columns.Max(column => NumberOf(column) ?? 1);
        var first = Known.ToDictionary(known => known.Text, known => Split(lines[0], known.Text));
        string[] possible = [.. Known.Select(known => known.Text).Where(text => first[text].Length >= Math.Max(2, most))];
        if (names.Length > 0 && Array.Find(possible, text =>
            names.All(name => first[text].Contains(name, StringComparer.OrdinalIgnoreCase))) is { } naming) return naming;
        bool Regular(string text) => text != Blanks && lines.All(line => Split(line, text).Length == first[text].Length);
        return possible.Where(Regular).MaxBy(text => first[text].Length) ?? possible.FirstOrDefault();
    }

    /// <summary>The number of a column, from 1; null where its name is no number.</summary>
    public static int? NumberOf(string column) =>
        int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : null;

    /// <summary>The fields of a line; a field in quotes may hold separators.</summary>
    public static string[] Split(string line, string separator)
    {
        if (separator == Blanks) return line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (!line.Contains('"')) return line.Split(separator, StringSplitOptions.TrimEntries);
        var fields = new List<string>();
        for (int at = 0; at <= line.Length;)
        {
            int from = at;
            if (at < line.Length && line[at] == '"')
                for (at++; at < line.Length && (line[at] != '"' || (at + 1 < line.Length && line[++at] == '"')); at++) { }
            int end = line.IndexOf(separator, Math.Min(at, line.Length), StringComparison.Ordinal);
            if (end < 0) end = line.Length;
            fields.Add(line[from..end].Trim().Trim('"').Replace("\"\"", "\""));
            at = end + separator.Length;
        }
        return [.. fields];
    }
}
