using System.Text;

namespace ManualVae.Data.Import;

/// <summary>
/// Numbers original ids in order of first appearance. Ids arrive as UTF-8 bytes; a string is made only for a new one, so that a
/// file of millions of lines costs no garbage.
/// </summary>
internal sealed class IdTable
{
    private readonly Dictionary<string, int> _index = new(new Utf8Comparer());
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<byte>> _byBytes;
    private readonly List<string> _ids = [];

    /// <summary>Creates an empty table.</summary>
    public IdTable() => _byBytes = _index.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>How many ids there are.</summary>
    public int Count => _ids.Count;

    /// <summary>The id with a number.</summary>
    public string this[int index] => _ids[index];

    /// <summary>The number of an id, a new one where it has none.</summary>
    public int Intern(ReadOnlySpan<byte> id)
    {
        if (_byBytes.TryGetValue(id, out int index)) return index;
        string text = Encoding.UTF8.GetString(id);
        _index.Add(text, _ids.Count);
        _ids.Add(text);
        return _ids.Count - 1;
    }

    /// <summary>The number of an id, -1 where it has none.</summary>
    public int Find(ReadOnlySpan<byte> id) => _byBytes.TryGetValue(id, out int index) ? index : -1;

    /// <summary>The number of an id, a new one where it has none.</summary>
    public int Intern(string id) => Intern(Encoding.UTF8.GetBytes(id));

    /// <summary>Rank of each id: by value if every id is an integer, else by ordinal comparison, as pandas does.</summary>
    public int[] SortedRanks()
    {
        var order = new int[Count];
        for (int i = 0; i < Count; i++) order[i] = i;
        var numbers = new long[Count];
        bool numeric = true;
        for (int i = 0; i < Count && numeric; i++)
            numeric = long.TryParse(_ids[i], System.Globalization.NumberStyles.AllowLeadingSign, null, out numbers[i]);
        if (numeric) Array.Sort(order, (a, b) => numbers[a] != numbers[b]
            ? numbers[a].CompareTo(numbers[b]) : string.CompareOrdinal(_ids[a], _ids[b]));
        else Array.Sort(order, (a, b) => string.CompareOrdinal(_ids[a], _ids[b]));
        var ranks = new int[Count];
        for (int i = 0; i < Count; i++) ranks[order[i]] = i;
        return ranks;
    }

    /// <summary>Hashes and compares strings as the UTF-8 bytes they stand for.</summary>
    private sealed class Utf8Comparer : IEqualityComparer<string>, IAlternateEqualityComparer<ReadOnlySpan<byte>, string>
    {
        public bool Equals(string? x, string? y) => string.Equals(x, y, StringComparison.Ordinal);

        public int GetHashCode(string text)
        {
            Span<byte> bytes = text.Length <= 256 ? stackalloc byte[1024] : new byte[4 * text.Length];
            return GetHashCode(bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
        }

        public bool Equals(ReadOnlySpan<byte> bytes, string text)
        {
            if (Ascii.Equals(bytes, text)) return true;
            return !Ascii.IsValid(text) && text == Encoding.UTF8.GetString(bytes);
        }

        public int GetHashCode(ReadOnlySpan<byte> bytes)
        {
            var hash = new HashCode();
            hash.AddBytes(bytes);
            return hash.ToHashCode();
        }

        public string Create(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
    }
}
