using System.Globalization;
using ManualVae.Data.Import;
using static ManualVae.Data.InputException;

namespace ManualVae.Data.Attributes;

/// <summary>An attribute as it is asked for: its name, and its kind, column and options where they are given.</summary>
internal sealed record AttributeSpec(string Name)
{
    private const string Form = "NAME=KIND:COLUMN,OPTION=VALUE";

    private static readonly SettingName Attribute = Setting(nameof(AttributeOptions.Attribute));

    // Name of an option, the kind that has it, and what its value is.
    private static readonly (string Name, AttributeKind[] Kinds)[] Known =
    [
        ("separator", [AttributeKind.Categorical]), ("least", [AttributeKind.Categorical, AttributeKind.Text]),
        ("bins", [AttributeKind.Numeric]), ("width", [AttributeKind.Numeric]), ("words", [AttributeKind.Text]),
        ("most", [AttributeKind.Text]), ("ids", [AttributeKind.Vector]), ("column", [AttributeKind.Vector]),
        ("id-column", [AttributeKind.Vector]),
    ];

    private readonly Dictionary<string, string> _options = [];

    /// <summary>What was asked for, for messages.</summary>
    public required string Text { get; init; }

    /// <summary>The kind; null leaves it to what is recognised.</summary>
    public AttributeKind? Kind { get; init; }

    /// <summary>The column, or the file of a vector; null leaves it to what is recognised.</summary>
    public string? Column { get; init; }

    /// <summary>Reads an attribute as people write it.</summary>
    /// <exception cref="InputException">It is not of that form.</exception>
    public static AttributeSpec Parse(string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        string[] named = parts[0].Split('=', 2);
        if (named[0].Length is 0 or > 40 || !named[0].All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
            throw About($"{Attribute} {text}: begins with no name of letters, digits, '-' and '_'; give it as {Form}.");
        string[] from = named.Length > 1 ? named[1].Split(':', 2) : [];
        AttributeKind? kind = null;
        if (from.Length > 0)
            kind = Enum.TryParse(from[0], ignoreCase: true, out AttributeKind known) && from[0].All(char.IsAsciiLetter) ? known
                : throw About($"{Attribute} {text}: the kind '{from[0]}' is none of categorical, numeric, text, vector.");
        if (from is [_, ""]) throw About($"{Attribute} {text}: names no column behind ':'; give it as {Form}.");
        var spec = new AttributeSpec(named[0]) { Text = text, Kind = kind, Column = from.Length > 1 ? from[1] : null };
        foreach (string option in parts.Skip(1))
        {
            string[] pair = option.Split('=', 2);
            if (pair.Length < 2 || pair[1].Length == 0)
                throw About($"{Attribute} {text}: '{option}' is no OPTION=VALUE; the word comma stands for a comma.");
            if (!Known.Any(o => o.Name == pair[0]))
                throw About(
                    $"{Attribute} {text}: no option '{pair[0]}'; there are {string.Join(", ", Known.Select(o => o.Name))}.");
            if (!spec._options.TryAdd(pair[0], pair[1])) throw About($"{Attribute} {text}: gives '{pair[0]}' twice.");
        }
        return spec;
    }

    /// <summary>Refuses options that a kind has not.</summary>
    public void RequireOptionsOf(AttributeKind kind)
    {
        string[] names = [.. Known.Where(option => option.Kinds.Contains(kind)).Select(option => option.Name)];
        string what = kind.ToString().ToLowerInvariant(), list = string.Join(", ", names);
        foreach (string name in _options.Keys)
            if (!names.Contains(name))
                throw About($"{Attribute} {Text}: '{name}' is no option of a {what} attribute; it has {list}.");
    }

    /// <summary>A word, or null where it is not given.</summary>
    public string? Word(string option) => _options.GetValueOrDefault(option);

    /// <summary>A whole number of 1 or more, or null where it is not given.</summary>
    public int? Count(string option) => Word(option) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0 ? count
        : throw About($"{Attribute} {Text}: {option} is '{text}', expected a whole number above 0.");

    /// <summary>A number above 0 and at most <paramref name="most"/>, or null where it is not given.</summary>
    public double? Number(string option, double most) => Word(option) is not { } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number > 0
            && number <= most && double.IsFinite(number) ? number
        : throw About(
            $"{Attribute} {Text}: {option} is '{text}', expected a number above 0{(most == 1 ? " and at most 1" : "")}.");

    /// <summary>What separates values in a field, or null where it is not given; empty for nothing.</summary>
    public string? Separator => Word("separator") is not { } word ? null : word == "none" ? "" : Separators.Named(word);
}
