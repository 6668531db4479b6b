namespace ManualVae.Data.Import;

/// <summary>A published layout: how to know it, and what reads it.</summary>
/// <param name="Name">Name of the format.</param>
/// <param name="What">What to call it in a message.</param>
/// <param name="Read">The reader; <see cref="ColumnReader.ReadCsv"/> and its like read the columns below.</param>
internal sealed record Layout(string Name, string What, Action<ClickSource> Read)
{
    /// <summary>Patterns of the names that the file with the clicks has, one of which a folder holds.</summary>
    public string[] Files { get; init; } = [];
    /// <summary>What the first lines of that file match (multiline).</summary>
    public string? Lines { get; init; }
    /// <summary>A file of another name is not taken for it, however its lines look.</summary>
    public bool ByName { get; init; }
    /// <summary>Separator of the columns; null where the lines show it.</summary>
    public string? Separator { get; init; }
    /// <summary>Column of users: a name, or a number (from 1) where no header is.</summary>
    public string? User { get; init; }
    /// <summary>Column of items.</summary>
    public string? Item { get; init; }
    /// <summary>Column of ratings.</summary>
    public string? Rating { get; init; }
    /// <summary>Column of times.</summary>
    public string? Time { get; init; }
    /// <summary>Column of titles.</summary>
    public string? Title { get; init; }
    /// <summary>What is good to know when it is read.</summary>
    public string? Note { get; init; }

    /// <summary>
    /// True where the columns are settled before the file is read, and <see cref="ImportOptions.Where"/> chooses lines by them.
    /// </summary>
    public bool IsOfColumns => Read == ColumnReader.ReadCsv || Read == ColumnReader.Read || Read == ColumnReader.ReadQuoted
        || Read == JsonLines.Read || Read == ParquetClicks.Read;
}
