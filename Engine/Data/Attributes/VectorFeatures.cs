using ManualVae.Data.Import;

namespace ManualVae.Data.Attributes;

/// <summary>Dense vectors that somebody else computed: an array of NumPy, or a Parquet file.</summary>
internal static class VectorFeatures
{
    /// <summary>Reads an array, items x numbers.</summary>
    /// <param name="name">Name of the attribute.</param>
    /// <param name="files">The import that reads it.</param>
    /// <param name="path">The <c>.npy</c> file.</param>
    /// <param name="idFile">
    /// A file with the id of each row, one a line; null where the rows are the dataset's items in their order.
    /// </param>
    /// <param name="ids">The items.</param>
    /// <exception cref="InputException">Not such a file, or another number of rows.</exception>
    public static ItemAttribute OfArray(string name, SourceFiles files, string path, string? idFile, ItemIds ids)
    {
        NpyMatrix matrix;
        using (var stream = files.OpenSeekable(path)) matrix = NpyMatrix.Read(stream, path);
        if (idFile is null && matrix.Rows != ids.Count)
            throw new InputException($"{path}: has {matrix.Rows} rows for {ids.Count} items; name a file with the id of each row "
                + "by ids=FILE.");
        string[]? rowIds = idFile is null ? null : ReadIds(files, idFile);
        if (rowIds is not null && rowIds.Length != matrix.Rows)
            throw new InputException(
                $"{idFile}: has {rowIds.Length} lines, expected one for each of the {matrix.Rows} rows of {path}.");
        var rows = new ReadOnlyMemory<float>[ids.Count];
        for (int row = 0; row < matrix.Rows; row++)
            foreach (int item in rowIds is null ? [row] : ids[rowIds[row]])
            {
                Require(rows[item].IsEmpty, $"{idFile}:{row + 1}", rowIds?[row] ?? "");
                rows[item] = Finite(matrix.Values.AsMemory(row * matrix.Columns, matrix.Columns), $"{path}: row {row}");
            }
        return VectorFile.Of(name, rows);
    }

    /// <summary>Reads a column of lists, or all columns of numbers beside the ids.</summary>
    /// <param name="name">Name of the attribute.</param>
    /// <param name="files">The import that reads it.</param>
    /// <param name="path">The Parquet file.</param>
    /// <param name="idColumn">The column of ids; null recognises it.</param>
    /// <param name="column">The column of vectors; null takes all columns but that of ids.</param>
    /// <param name="ids">The items.</param>
    /// <exception cref="InputException">Not such a file, no such column, or vectors of several lengths.</exception>
    public static ItemAttribute OfParquet(
        string name, SourceFiles files, string path, string? idColumn, string? column, ItemIds ids)
    {
        string[] names = ParquetItems.Names(files, path);
        string id = idColumn ?? ColumnNames.Find(names, ColumnNames.Items) ?? throw new InputException(
            $"{path}: no column of ids is known among {string.Join(", ", names)}; name it by id-column=NAME.");
        string[] vectors = column is not null ? [column] : [.. names.Where(other => other != id)];
        if (vectors.Length == 0) throw new InputException($"{path}: holds no column beside '{id}', expected vectors.");
        var rows = new ReadOnlyMemory<float>[ids.Count];
        int width = 0;
        long before = 0;
        ParquetItems.Groups(files, path, [id, .. vectors], (group, count) =>
        {
            double[][] numbers = [.. group.Skip(1).Select(values => values.Numbers())];
            for (int row = 0; row < count; row++, before++)
                foreach (int item in ids[group[0].Text(row) ?? ""])
                {
                    float[] vector = [.. numbers.Index().SelectMany(column => column.Item[group[column.Index + 1].Values(row)])
                        .Select(number => (float)number)];
                    if (vector.Length == 0) continue;
                    if (width == 0) width = vector.Length;
                    string place = $"{path}: row {before + 1}";
                    if (vector.Length != width)
                        throw new InputException(
                            $"{place}: has {vector.Length} numbers where another row has {width}; correct the row.");
                    Require(rows[item].IsEmpty, place, group[0].Text(row) ?? "");
                    rows[item] = Finite(vector, place);
                }
        });
        return VectorFile.Of(name, rows);
    }

    private static string[] ReadIds(SourceFiles files, string given)
    {
        string path = SourceFiles.TryFind(given)
            ?? throw new InputException($"{given}: no such file; ids= names the ids of the rows.");
        return files.Text.Read(new ImportOptions { Input = given }, () =>
        {
            using var reader = new StreamReader(files.Text.Decode(files.Open(path), path));
            var ids = new List<string>();
            while (reader.ReadLine() is { } line) ids.Add(line.Trim());
            return ids.ToArray();
        });
    }

    private static void Require(bool first, string place, string id)
    {
        if (!first) throw new InputException($"{place}: gives the item {id} a second vector; leave one.");
    }

    private static ReadOnlyMemory<float> Finite(ReadOnlyMemory<float> vector, string place)
    {
        foreach (float value in vector.Span)
            if (!float.IsFinite(value))
                throw new InputException($"{place}: holds {value}, expected finite numbers; correct the row.");
        return vector;
    }
}
