using System.Globalization;
using System.Text.RegularExpressions;

namespace ManualVae.Data.Import;

/// <summary>Tells a line of column names from a click.</summary>
internal static partial class HeaderLine
{
    /// <summary>How many lines are looked at.</summary>
    public const int Lines = 50;

    private static readonly string[] Comments = ["# ", "% ", "%%"];

    /// <summary>
    /// True where the first row holds no click: it is a comment, it names a user and an item, its rating is no number, or it has
    /// words where all rows below have numbers.
    /// </summary>
    public static bool Stands(IReadOnlyList<string[]> rows, int user = 0, int item = 1, int rating = -1)
    {
        if (rows.Count == 0 || rows[0].Length <= Math.Max(user, item)) return false;
        string[] first = rows[0];
        if (first[0] is "#" or "%") return true;
        if (Array.Exists(Comments, mark => first[0].StartsWith(mark, StringComparison.Ordinal))) return true;
        if (UserWord().IsMatch(first[user]) && ItemWord().IsMatch(first[item])) return true;
        bool WordsAboveNumbers(int column, int least = 1) => !first[column].Any(char.IsAsciiDigit) && rows.Count > least
            && rows.Skip(1).All(row => row.Length > column && IsNumber(row[column]));
        if (rating >= 0 && rating < first.Length && WordsAboveNumbers(rating)) return true;
        return (WordsAboveNumbers(user) && WordsAboveNumbers(item)) || WordsAboveNumbers(user, 2) || WordsAboveNumbers(item, 2);
    }

    private static bool IsNumber(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private const string Beginning = "^(org[ _-]?|remap[ _-]?)?";
    private const string Ending = @"[ _.-]?(s|id|ids|idx|index|no|nr|num|number|key|code|name|hash|list)?(:\w+)?$";

    [GeneratedRegex(Beginning + "(u|uid|id|user|usr|customer|cust|client|visitor|member|person|account|reviewer|session|profile|"
        + "buyer|player|listener|reader|viewer|who|from|from ?node|source|kunde|kunden|nutzer|benutzer)" + Ending,
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UserWord();

    [GeneratedRegex(Beginning + "(i|iid|sid|id|item|product|movie|film|book|song|track|artist|article|asin|parent_asin|isbn|sku|"
        + "game|app|video|page|url|title|what|to|to ?node|target|business|poi|place|location|venue|recipe|course|news|show|anime|"
        + "album|playlist|brand|artikel|produkt)" + Ending, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ItemWord();
}
