using System.Globalization;
using System.Text;
using CsvHelper;
using ManualVae.Data;
using ManualVae.Data.Import;
using Parquet;
using Parquet.Serialization;

namespace ManualVae.Evaluation;

/// <summary>
/// The lines of a file of predictions: user, item, and a score or a rank; without either the order of the lines is the rank. CSV
/// or TSV, plain or compressed, with or without a header; or Parquet.
/// </summary>
internal static class PredictionTable
{
    private static readonly string[]
        UserNames = ["user", "userid", "uid", "visitorid", "customerid"],
        ItemNames = ["item", "itemid", "iid", "movieid", "productid", "songid", "artistid"],
        ScoreNames = ["score", "scores", "prediction", "predicted", "pred", "rating", "value"],
        RankNames = ["rank", "position"];

    private static ReadOnlySpan<byte> ParquetMagic => "PAR1"u8;

    /// <summary>One prediction; a larger value is a better one.</summary>
    public readonly record struct Line(string User, string Item, double Value, long Number);

    /// <summary>Reads the file.</summary>
    /// <exception cref="InputException">No such file, or a line that cannot be read.</exception>
    public static IReadOnlyList<Line> Read(string path)
    {
        if (!File.Exists(path)) throw new InputException($"{path}: no such file; give a table of users, items and scores.");
        var lines = new List<Line>();
        try
        {
            var file = File.OpenRead(path);
            if (IsParquet(file))
                return ParquetGuard.Read(path, () => ReadParquet(file, path).GetAwaiter().GetResult());
            // One pass, so that a pipe will do: the first bytes are read ahead for the separator.
            var text = InputStream.Decode(file, path, textOnly: true);
            var start = new byte[1 << 16];
            start = start[..text.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
            char separator = Separator(start);
            using var reader = CsvReader.Create(new StartedStream(start, text), new CsvReaderOptions
            {
                HasHeader = false, Mode = separator == '\t' ? CsvMode.NoEscape : CsvMode.Rfc4180, Separator = separator,
                TrackLineNumbers = true, MalformedData = CsvMalformedDataHandling.Throw,
            }, leaveOpen: false);
            Columns? columns = null;
            while (reader.Read())
            {
                var fields = new string[reader.FieldCount];
                for (int i = 0; i < fields.Length; i++)
                    fields[i] = Encoding.UTF8.GetString(reader.GetSpan(i)).Trim().Trim('\uFEFF');
                if (columns is null && (columns = Columns.OfHeader(fields)) is not null) continue;
                columns ??= Columns.OfFields(path, fields);
                lines.Add(columns.Parse(path, reader.LineNumber, fields, lines.Count));
            }
            if (columns is { IsHeader: false, Third: >= 0 } && AreRanks(lines))
                return [.. lines.Select(line => line with { Value = -line.Value })];
        }
        catch (CsvFormatException problem)
        {
            throw new InputException($"{path}:{problem.LineNumber}: {InputException.FirstLine(problem)}; "
                + "correct the line.", problem);
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException)
        {
            throw new InputException($"{path}: cannot be read ({problem.Message.Split('\n')[0].TrimEnd('.')}).", problem);
        }
        return lines.Count > 0 ? lines : throw new InputException($"{path}: holds no predictions.");
    }

    private static bool IsParquet(FileStream file)
    {
        if (!file.CanSeek) return false;
        var magic = new byte[ParquetMagic.Length];
        bool found = file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length
            && ParquetMagic.SequenceEqual(magic);
        file.Position = 0;
        return found;
    }

    // The names of the columns are the header; a row stands for a line.
    private static async Task<IReadOnlyList<Line>> ReadParquet(FileStream file, string path)
    {
        await using var _ = file;
        await using var reader = await ParquetReader.CreateAsync(file, leaveStreamOpen: true);
        string[] names = [.. reader.Schema.GetDataFields().Select(field => field.Path.ToString())];
        var columns = Columns.OfHeader(names) ?? throw new InputException(
            $"{path}: its columns are {string.Join(", ", names)}; expected user, item, and score or rank.");
        var lines = new List<Line>();
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            file.Position = 0;
            var rows = await ParquetSerializer.DeserializeUntypedAsync(file, rowGroupIndex: group);
            foreach (var row in rows.Data)
                lines.Add(columns.Parse(path, lines.Count + 1, [.. names.Select(name =>
                    Convert.ToString(row.GetValueOrDefault(name), CultureInfo.InvariantCulture) ?? "")], lines.Count));
        }
        return lines.Count > 0 ? lines : throw new InputException($"{path}: holds no predictions.");
    }

    // Without a header, a third column that counts 1, 2, 3, ... (or from 0) for every user holds ranks, not scores.
    private static bool AreRanks(List<Line> lines) => lines.GroupBy(line => line.User).All(user =>
    {
        double[] values = [.. user.Select(line => line.Value).Order()];
        return values[0] is 0 or 1 && values.Index().All(value => value.Item == value.Index + values[0]);
    });

    private static char Separator(byte[] start)
    {
        string first = Encoding.UTF8.GetString(start).Split('\n')[0];
        return new[] { '\t', ';', ',' }.MaxBy(separator => first.Count(c => c == separator));
    }

    private sealed record Columns(int User, int Item, int Third, bool ThirdIsRank, bool IsHeader)
    {
        /// <summary>The columns that a header names, or null where the first line is none.</summary>
        public static Columns? OfHeader(string[] fields)
        {
            // user_id:token (RecBole), "User Id", userId are one name.
            string[] names = [.. fields.Select(field =>
                new string([.. field.Split(':')[0].Where(char.IsAsciiLetterOrDigit)]).ToLowerInvariant())];
            int Find(string[] known) => Array.FindIndex(names, known.Contains);
            var (user, item, rank) = (Find(UserNames), Find(ItemNames), Find(RankNames));
            return user < 0 || item < 0 ? null : new(user, item, rank >= 0 ? rank : Find(ScoreNames), rank >= 0, true);
        }

        /// <summary>The columns of a table without a header.</summary>
        public static Columns OfFields(string path, string[] fields) => fields.Length is 2 or 3
            ? new(0, 1, fields.Length - 1 == 1 ? -1 : 2, false, false)
            : throw new InputException($"{path}:1: {fields.Length} columns without a header; expected user, item and a score or "
                + "a rank, or a first line that names the columns user, item, score or rank.");

        /// <summary>The prediction of a line.</summary>
        public Line Parse(string path, long number, string[] fields, int order)
        {
            int needed = Math.Max(Math.Max(User, Item), Third) + 1;
            if (fields.Length < needed)
                throw new InputException($"{path}:{number}: {fields.Length} fields, expected {needed}; correct the line.");
            if (fields[User].Length == 0 || fields[Item].Length == 0)
                throw new InputException($"{path}:{number}: the {(fields[User].Length == 0 ? "user" : "item")} is empty.");
            if (Third < 0) return new(fields[User], fields[Item], -order, number);
            if (!double.TryParse(fields[Third], NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                || !double.IsFinite(value))
                throw new InputException($"{path}:{number}: the {(ThirdIsRank ? "rank" : "score")} '{fields[Third]}' is not a "
                    + "number" + (number == 1 && !IsHeader ? "; a header must name the columns user, item, score or rank."
                        : "; correct the line."));
            return new(fields[User], fields[Item], ThirdIsRank ? -value : value, number);
        }
    }
}
