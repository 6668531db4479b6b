namespace ManualVae.Data.Attributes;

/// <summary>What a file says of each item in one column.</summary>
/// <param name="path">The file, for messages.</param>
/// <param name="items">Number of items of the dataset.</param>
internal sealed class ItemColumn(string path, int items)
{
    /// <summary>Stands between the values of an array, and between those of several lines.</summary>
    public const char Joint = '\u001e';

    private static readonly string[] Missing = ["N/A", "(no genres listed)"];

    private readonly string?[] _texts = new string?[items];
    private readonly long[] _lines = new long[items];

    /// <summary>Number of items of the dataset.</summary>
    public int Items => _texts.Length;

    /// <summary>Number of items with a value.</summary>
    public int Known => _texts.Count(text => text is not null);

    /// <summary>Adds what a line says of an item.</summary>
    public void Add(int item, string? text, long line)
    {
        text = text?.Trim();
        if (string.IsNullOrEmpty(text) || Missing.Contains(text)) return;
        _texts[item] = _texts[item] is { } before ? before + Joint + text : text;
        _lines[item] = line;
    }

    /// <summary>The values of an item, none where nothing is known.</summary>
    public string[] Values(int item) => _texts[item]?.Split(Joint) ?? [];

    /// <summary>Where the last value of an item was read.</summary>
    public string Place(int item) => _lines[item] > 0 ? $"{path}:{_lines[item]}" : path;
}
