using System.Globalization;
using System.Text.RegularExpressions;

namespace ManualVae.Data.Import;

/// <summary>Dates as logs write them.</summary>
internal static partial class DateText
{
    private const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces;

    /// <summary>Twitter, the C library, web servers, Amazon's reviews.</summary>
    private static readonly string[] Patterns =
        ["ddd MMM d HH:mm:ss zzz yyyy", "ddd MMM d HH:mm:ss yyyy", "dd/MMM/yyyy:HH:mm:ss zzz", "MM d, yyyy"];

    /// <summary>Letters of strptime's patterns and what .NET calls them.</summary>
    private static readonly Dictionary<char, string> Strptime = new()
    {
        ['Y'] = "yyyy", ['y'] = "yy", ['m'] = "M", ['d'] = "d", ['H'] = "H", ['I'] = "h", ['M'] = "m", ['S'] = "s",
        ['f'] = "FFFFFFF", ['p'] = "tt", ['b'] = "MMM", ['B'] = "MMMM", ['a'] = "ddd", ['A'] = "dddd", ['z'] = "zzz",
        ['%'] = "\\%",
    };

    /// <summary>
    /// What a date says that begins with two numbers of one or two digits before the year: true where its day comes first, false
    /// where its month does, null where it may be either. Not <paramref name="asks"/>: it is no such date.
    /// </summary>
    public static bool? DayFirst(string text, out bool asks)
    {
        var match = YearLast().Match(text);
        asks = match.Success;
        if (!asks || match.Groups[2].Value == ".") return true;
        int first = Number(match.Groups[1]), second = Number(match.Groups[3]);
        return first > 12 ? true : second > 12 ? false : null;
    }

    /// <summary>The time of a date; null where it is none.</summary>
    /// <param name="text">The date.</param>
    /// <param name="dayFirst">Where <see cref="DayFirst"/> says null: the day comes first.</param>
    public static ClickTime? Parse(string text, bool dayFirst)
    {
        text = text.Replace(" UTC ", " +0000 ").Replace(" GMT ", " +0000 ");
        if (text.EndsWith(" UTC", StringComparison.Ordinal) || text.EndsWith(" GMT", StringComparison.Ordinal))
            text = text[..^4] + "Z";
        if (YearFirst().Match(text) is { Success: true } iso)
            text = $"{iso.Groups[1]}-{iso.Groups[3]}-{iso.Groups[4]}{iso.Groups[5]}";
        else if (YearLast().Match(text) is { Success: true } local)
        {
            var (day, month) = (local.Groups[1], local.Groups[3]);
            if (!(DayFirst(text, out _) ?? dayFirst)) (day, month) = (month, day);
            string year = local.Groups[4].Value;
            text = $"{(year.Length == 2 ? "20" + year : year)}-{month}-{day}{local.Groups[5].Value.TrimStart(',')}";
        }
        var culture = CultureInfo.InvariantCulture;
        return DateTimeOffset.TryParseExact(text, Patterns, culture, Styles, out var date)
            || (FourDigits().IsMatch(text) && DateTimeOffset.TryParse(text, culture, Styles, out date)) ? Time(date) : null;
    }

    /// <summary>The time of a date in a pattern of .NET, or of strptime if it has percent signs; null where it is none.</summary>
    public static ClickTime? Parse(string text, string pattern) => DateTimeOffset.TryParseExact(text, DotNet(pattern),
        CultureInfo.InvariantCulture, Styles, out var date) ? Time(date) : null;

    private static string DotNet(string pattern)
    {
        if (!pattern.Contains('%')) return pattern;
        pattern = StrptimeLetter().Replace(pattern.Replace("%T", "%H:%M:%S").Replace("%F", "%Y-%m-%d"), match =>
            Strptime.GetValueOrDefault(match.Value[1], match.Value));
        return pattern.Length == 1 ? "%" + pattern : pattern;
    }

    /// <summary>Seconds since 1970.</summary>
    public static ClickTime Time(DateTimeOffset date)
    {
        long seconds = date.ToUnixTimeSeconds(); // rounds down, before 1970 too
        return new ClickTime(seconds, (date.UtcTicks % TimeSpan.TicksPerSecond) / (double)TimeSpan.TicksPerSecond);
    }

    private static int Number(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(\d{4})([./-])(\d{1,2})\2(\d{1,2})(?!\d)(.*)$")]
    private static partial Regex YearFirst();

    [GeneratedRegex(@"^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)(.*)$")]
    private static partial Regex YearLast();

    [GeneratedRegex(@"\d{4}")]
    private static partial Regex FourDigits();

    [GeneratedRegex("%.")]
    private static partial Regex StrptimeLetter();
}
