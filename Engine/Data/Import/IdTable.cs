using System.Globalization;
using System.Text;

namespace ManualVae.Data.Import;

/// <summary>
/// Numbers original ids in order of first appearance. Ids arrive as UTF-8 bytes or as whole numbers, which stand for their usual
/// decimal form: the number 7 and the text "7" are one id, the text "07" is another. An id costs 8 bytes and its place in a hash
/// table, one that is no number its bytes too; strings are made on demand.
/// </summary>
internal sealed class IdTable
{
    private const int SafeDigits = 18; // that always fit a long

    private readonly NumberIndex _numbers = new();
    private readonly TextIndex _texts = new();
    private readonly List<long> _ids = []; // the number of an id, or its place among the texts
    private readonly List<bool> _isText = [];

    /// <summary>How many ids there are.</summary>
    public int Count => _ids.Count;

    /// <summary>The id with a number.</summary>
    public string this[int index] => _isText[index]
        ? Encoding.UTF8.GetString(_texts[(int)_ids[index]]) : _ids[index].ToString(CultureInfo.InvariantCulture);

    /// <summary>The number of an id, a new one where it has none.</summary>
    public int Intern(ReadOnlySpan<byte> id)
    {
        if (TryNumber(id, out long number)) return Intern(number);
        ref int index = ref _texts.Find(id, out int place);
        if (index >= 0) return index;
        index = Count;
        Add(place, isText: true);
        return Count - 1;
    }

    /// <summary>The number of an id, a new one where it has none.</summary>
    public int Intern(long id)
    {
        int index = _numbers.FindOrAdd(id, Count);
        if (index == Count) Add(id, isText: false);
        return index;
    }

    /// <summary>The number of an id, a new one where it has none.</summary>
    public int Intern(string id) => Intern(Encoding.UTF8.GetBytes(id));

    /// <summary>The number of an id, -1 where it has none.</summary>
    public int Find(ReadOnlySpan<byte> id) => TryNumber(id, out long number) ? _numbers.Find(number) : _texts.Find(id);

    /// <summary>Rank of each id: by value if every id is an integer, else by ordinal comparison, as pandas does.</summary>
    public int[] SortedRanks()
    {
        var order = new int[Count];
        for (int i = 0; i < Count; i++) order[i] = i;
        var numbers = new long[Count];
        bool numeric = true;
        for (int i = 0; i < Count && numeric; i++)
            if (_isText[i]) numeric = long.TryParse(this[i], NumberStyles.AllowLeadingSign, null, out numbers[i]);
            else numbers[i] = _ids[i];
        if (!numeric)
        {
            string[] texts = [.. order.Select(i => this[i])];
            Array.Sort(texts, order, StringComparer.Ordinal);
        }
        else
        {
            Array.Sort(numbers, order);
            // Spellings of one number by their text.
            for (int start = 0, end; start < order.Length; start = end)
            {
                for (end = start + 1; end < order.Length && numbers[end] == numbers[start];) end++;
                if (end - start > 1) order.AsSpan(start, end - start).Sort((a, b) => string.CompareOrdinal(this[a], this[b]));
            }
        }
        var ranks = new int[Count];
        for (int i = 0; i < Count; i++) ranks[order[i]] = i;
        return ranks;
    }

    private void Add(long id, bool isText)
    {
        _ids.Add(id);
        _isText.Add(isText);
    }

    /// <summary>True for a whole number as it is usually written: no plus sign, no leading zero, no blank.</summary>
    private static bool TryNumber(ReadOnlySpan<byte> id, out long number)
    {
        number = 0;
        bool negative = !id.IsEmpty && id[0] == '-';
        var digits = negative ? id[1..] : id;
        if (digits.Length is 0 or > SafeDigits + 1 || (digits[0] == '0' && id.Length > 1)) return false;
        foreach (byte digit in digits)
        {
            if ((uint)(digit - '0') > 9) return false;
            number = 10 * number + (digit - '0');
        }
        if (digits.Length > SafeDigits) return long.TryParse(id, NumberStyles.AllowLeadingSign, null, out number);
        if (negative) number = -number;
        return true;
    }
}
