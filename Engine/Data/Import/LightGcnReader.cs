using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>
/// LightGCN and NGCF text: a line holds a user and then all of the user's items, separated by blanks or tabs; <c>train.txt</c>,
/// <c>test.txt</c> and perhaps <c>valid.txt</c>. Lines of numbers can be many things, so the reader refuses what looks like pairs
/// or counts, and says what it counted.
/// </summary>
internal static class LightGcnReader
{
    /// <summary>Reads the folder.</summary>
    public static void Read(ClickSource source)
    {
        string input = source.Options.Input;
        source.RequireNoRatingFilter(input);
        ReadFile(source, SourceFiles.Find(input, "train.txt"), source.Train);
        if (!SourceFiles.IsFolder(input)) return;
        if (SourceFiles.TryFind(input, "valid.txt", "validation.txt", "val.txt") is { } validation)
            ReadFile(source, validation, source.Validation = source.NewLog());
        if (SourceFiles.TryFind(input, "test.txt") is { } test) ReadFile(source, test, source.Test = source.NewLog());
    }

    private static void ReadFile(ClickSource source, string path, ClickLog log)
    {
        source.RequireNoHeader(path, line => Separators.Split(line, Separators.Blanks));
        using var table = new TableReader(source.Files, path, Separators.Blanks);
        var shape = new Shape();
        var (users, items) = (source.Users.Count, source.Items.Count);
        table.ForEach(() =>
        {
            var user = table.Id(0, "user");
            if (user.IndexOfAny((byte)',', (byte)':') >= 0)
                throw table.Malformed($"the user '{table.Text(0)}' is not an id followed by a blank and items");
            shape.Add(table);
            for (int field = 1; field < table.FieldCount; field++) source.Add(log, user, table.Bytes(field));
            shape.Users.Intern(user);
            source.Users.Intern(user); // a user without clicks is still a user
        });
        shape.Refuse(source, path);
        source.Files.Text.Note($"{path}: {shape.Users.Count} users, {log.Count} clicks"
            + (shape.Users.Count < shape.Lines ? $"; {shape.Lines - shape.Users.Count} lines repeat a user" : "")
            + (log != source.Train && source.Users.Count > users ? $"; {source.Users.Count - users} users are new" : "")
            + (log != source.Train && source.Items.Count > items ? $"; {source.Items.Count - items} items are new" : ""));
    }

    /// <summary>What all lines of a file have in common.</summary>
    private sealed class Shape
    {
        private const int Few = 3;

        private readonly HashSet<int> _counts = [];
        private byte[]? _last;
        private bool _sameLast = true, _countsFirst = true, _countsSecond = true, _numbers;

        public int Lines { get; private set; }

        public IdTable Users { get; } = new();

        /// <summary>Adds a line.</summary>
        /// <exception cref="InputException">It holds a text among numbers.</exception>
        public void Add(TableReader table)
        {
            int fields = table.FieldCount;
            if (Lines == 0) _numbers = Enumerable.Range(0, fields).All(field => IsNumber(table.Bytes(field), out _));
            for (int field = 0; _numbers && field < fields; field++)
                if (!IsNumber(table.Bytes(field), out _))
                    throw table.Malformed($"'{table.Text(field)}' is no number, unlike the ids on the first line");
            Lines++;
            _counts.Add(fields);
            _countsFirst &= IsNumber(table.Bytes(0), out long first) && first == fields - 1;
            _countsSecond &= fields > 1 && IsNumber(table.Bytes(1), out long second) && second == fields - 2;
            if (_sameLast)
            {
                _last ??= table.Bytes(fields - 1).ToArray();
                _sameLast = table.Bytes(fields - 1).SequenceEqual(_last);
            }
        }

        /// <summary>Refuses a file whose lines are no users with their items.</summary>
        public void Refuse(ClickSource source, string path)
        {
            if (source.Options.NoHeader || Lines < Few) return;
            if (_counts.Count == 1 && _counts.Single() is >= 2 and <= 4 and var fields
                && (Users.Count < Lines || (_sameLast && fields > 2)))
            {
                string alike = Users.Count < Lines ? "users repeat" : "the last is the same";
                string seen = $"each line has {fields} fields and {alike}";
                var format = Setting(nameof(ImportOptions.Format));
                throw About($"{path}: {seen}, as in lines of user, item, rating and time; use {format} pairs.");
            }
            if (_counts.Count > 1 && (_countsFirst || _countsSecond))
                throw new InputException(
                    $"{path}: the {(_countsFirst ? "first" : "second")} number of each line is how many items follow; each line "
                        + "must be a user and items, without a count.");
        }

        private static bool IsNumber(ReadOnlySpan<byte> text, out long value) =>
            System.Buffers.Text.Utf8Parser.TryParse(text, out value, out int used) && used == text.Length;
    }
}
