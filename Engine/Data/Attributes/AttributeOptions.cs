namespace ManualVae.Data.Attributes;

/// <summary>Which attributes of the items are read, and where from.</summary>
public sealed record AttributeOptions
{
    /// <summary>
    /// Files of items: tables with a header, JSON lines, Parquet, and the published ones that <see cref="AttributeImport"/>
    /// knows; compressed ones too. The items of the dataset itself, with their titles and genres, come after them.
    /// </summary>
    public IReadOnlyList<string> ItemFeatures { get; init; } = [];

    /// <summary>The column of ids in the files of items; null recognises it.</summary>
    public string? ItemIdColumn { get; init; }

    /// <summary>
    /// File of two columns, the dataset's id of an item and its id in the files of items; null where both are the same.
    /// </summary>
    public string? ItemMap { get; init; }

    /// <summary>
    /// The attributes, each as NAME, or NAME=KIND, or NAME=KIND:COLUMN, with options as ",OPTION=VALUE" behind. None takes those
    /// that are recognised.
    /// </summary>
    public IReadOnlyList<string> Attribute { get; init; } = [];
}
