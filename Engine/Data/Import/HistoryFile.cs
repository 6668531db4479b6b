namespace ManualVae.Data.Import;

/// <summary>A file of histories: who clicked what, as an import reads clicks.</summary>
public static class HistoryFile
{
    /// <summary>
    /// The clicks of each person, in order of first appearance. The layout is recognised as by an import
    /// (<see cref="DatasetImport"/>): a table, JSON lines or Parquet with columns such as user and item, or
    /// <c>user item</c> without a header. Every line is a click, whatever its rating.
    /// </summary>
    /// <param name="path">The file; a minus sign is standard input.</param>
    /// <param name="note">Takes a line about what the file was read as.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="InputException">It cannot be read.</exception>
    public static IReadOnlyList<(string User, IReadOnlyList<string> Items)> Read(
        string path, Action<string>? note = null, CancellationToken cancellation = default)
    {
        if (path != SourceFiles.StandardInput && !File.Exists(path))
            throw new InputException($"{path}: no such file; give a file of users and items.");
        var files = new SourceFiles(null, cancellation);
        var source = ClickFormats.Read(Layout(path, files, note), files);
        foreach (string line in files.Text.Notes) note?.Invoke(line);
        var (offsets, clicks) = source.Train.ByUser(source.Users.Count);
        var histories = new (string, IReadOnlyList<string>)[source.Users.Count];
        for (int user = 0; user < histories.Length; user++)
        {
            var items = new string[offsets[user + 1] - offsets[user]];
            for (int i = 0; i < items.Length; i++) items[i] = source.Items[source.Train.Items[clicks[offsets[user] + i]]];
            histories[user] = (source.Users[user], items);
        }
        return histories.Length > 0 ? histories : throw new InputException($"{path}: holds no clicks.");
    }

    // What no layout claims is read as pairs, whatever letters its ids are of; but not what names its fields.
    private static ImportOptions Layout(string path, SourceFiles files, Action<string>? note)
    {
        var options = new ImportOptions { Input = path, Split = SplitKind.None };
        try
        {
            return LayoutDetection.Resolve(options, files, note) with { RatingColumn = null, TimeColumn = null };
        }
        catch (InputException problem)
        {
            if (Path.GetExtension(path).ToLowerInvariant() is ".jsonl" or ".json" or ".ndjson" or ".parquet")
                throw new InputException($"{path}: names no field of users and items that is known; call them user and item.",
                    problem);
            note?.Invoke($"{path}: read as user and item, without a header");
            return options with { Format = "pairs" };
        }
    }
}
