namespace ManualVae.Data.Import;

/// <summary>
/// Clicks in the order of their source: user and item numbers, and times where they are needed. Compact arrays; a click costs 8
/// bytes, 16 with its time. Times are whole numbers, exact, until one has a fraction; then all are kept in double precision.
/// </summary>
internal sealed class ClickLog(bool keepTimes = false)
{
    private int[] _users = new int[1024];
    private int[] _items = new int[1024];
    private long[]? _times = keepTimes ? new long[1024] : null;
    private bool _hasFractions;

    /// <summary>Number of clicks.</summary>
    public int Count { get; private set; }

    /// <summary>User of each click.</summary>
    public ReadOnlySpan<int> Users => _users.AsSpan(0, Count);

    /// <summary>Item of each click.</summary>
    public ReadOnlySpan<int> Items => _items.AsSpan(0, Count);

    /// <summary>Numbers that sort as the times of the clicks do; empty where times are not kept.</summary>
    public ReadOnlySpan<long> Times => _times is null ? default : _times.AsSpan(0, Count);

    /// <summary>Appends a click.</summary>
    public void Add(int user, int item, ClickTime time = default)
    {
        if (Count == _users.Length) Grow();
        (_users[Count], _items[Count]) = (user, item);
        if (_times is not null)
        {
            if (time.Fraction != 0 && !_hasFractions) ConvertTimes();
            _times[Count] = _hasFractions ? time.FractionalKey : time.Whole;
        }
        Count++;
    }

    /// <summary>Appends the clicks of another log.</summary>
    public void AddAll(ClickLog other)
    {
        if (_hasFractions != other._hasFractions) (_hasFractions ? other : this).ConvertTimes();
        for (int i = 0; i < other.Count; i++)
        {
            Add(other._users[i], other._items[i]);
            if (_times is not null && other._times is not null) _times[Count - 1] = other._times[i];
        }
    }

    /// <summary>Keeps the clicks whose flag is set, in their order.</summary>
    public void Keep(bool[] flags)
    {
        int kept = 0;
        for (int i = 0; i < Count; i++)
            if (flags[i])
            {
                (_users[kept], _items[kept]) = (_users[i], _items[i]);
                if (_times is not null) _times[kept] = _times[i];
                kept++;
            }
        Count = kept;
    }

    /// <summary>
    /// Merges repeated (user, item) pairs into the earliest, or the first in the log where times are equal or not kept; returns
    /// how many clicks were removed.
    /// </summary>
    public int MergeDuplicates(int userCount, int itemCount)
    {
        var (offsets, positions) = ByUser(userCount);
        var kept = new int[itemCount];
        var lastUser = new int[itemCount];
        Array.Fill(lastUser, -1);
        var keep = new bool[Count];
        int duplicates = 0;
        for (int user = 0; user < userCount; user++)
            for (int p = offsets[user]; p < offsets[user + 1]; p++)
            {
                int position = positions[p], item = _items[position];
                if (lastUser[item] == user)
                {
                    duplicates++;
                    if (_times is null || _times[position] >= _times[kept[item]]) continue;
                    keep[kept[item]] = false;
                }
                (lastUser[item], kept[item], keep[position]) = (user, position, true);
            }
        if (duplicates > 0) Keep(keep);
        return duplicates;
    }

    /// <summary>Positions of the clicks grouped by user, in log order: user u has [offsets[u], offsets[u + 1]).</summary>
    public (int[] Offsets, int[] Positions) ByUser(int userCount)
    {
        var offsets = new int[userCount + 1];
        for (int i = 0; i < Count; i++) offsets[_users[i] + 1]++;
        for (int user = 0; user < userCount; user++) offsets[user + 1] += offsets[user];
        var next = offsets.AsSpan(0, userCount).ToArray();
        var positions = new int[Count];
        for (int i = 0; i < Count; i++) positions[next[_users[i]]++] = i;
        return (offsets, positions);
    }

    /// <summary>Sorts the clicks by user rank, then item rank.</summary>
    public void Sort(int[] userRanks, int[] itemRanks)
    {
        var keys = new ulong[Count];
        for (int i = 0; i < Count; i++) keys[i] = (ulong)userRanks[_users[i]] << 32 | (uint)itemRanks[_items[i]];
        var order = new int[Count];
        for (int i = 0; i < Count; i++) order[i] = i;
        Array.Sort(keys, order);
        _users = Reorder(_users, order);
        _items = Reorder(_items, order);
        _times = _times is null ? null : Reorder(_times, order);
    }

    /// <summary>The clicks as a binary matrix; -1 in a map drops the click.</summary>
    public CsrMatrix ToMatrix(int rows, int columns, int[] rowOfUser, int[] columnOfItem)
    {
        var offsets = new long[rows + 1];
        for (int i = 0; i < Count; i++)
            if (rowOfUser[_users[i]] >= 0 && columnOfItem[_items[i]] >= 0) offsets[rowOfUser[_users[i]] + 1]++;
        for (int row = 0; row < rows; row++) offsets[row + 1] += offsets[row];
        var next = offsets.AsSpan(0, rows).ToArray();
        var indices = new int[offsets[rows]];
        for (int i = 0; i < Count; i++)
            if (rowOfUser[_users[i]] is >= 0 and var row && columnOfItem[_items[i]] is >= 0 and var column)
                indices[next[row]++] = column;
        for (int row = 0; row < rows; row++)
            indices.AsSpan((int)offsets[row], (int)(offsets[row + 1] - offsets[row])).Sort();
        return new CsrMatrix(columns, offsets, indices);
    }

    private void ConvertTimes()
    {
        for (int i = 0; _times is not null && i < Count; i++) _times[i] = new ClickTime(_times[i]).FractionalKey;
        _hasFractions = true;
    }

    private void Grow()
    {
        int capacity = (int)Math.Min(Array.MaxLength, _users.Length * 3L / 2);
        if (capacity == _users.Length)
            throw new InputException($"More than {Count} clicks: beyond what one dataset can hold; filter the source first.");
        Array.Resize(ref _users, capacity);
        Array.Resize(ref _items, capacity);
        if (_times is not null) Array.Resize(ref _times, capacity);
    }

    private static T[] Reorder<T>(T[] values, int[] order)
    {
        var sorted = new T[order.Length];
        for (int i = 0; i < order.Length; i++) sorted[i] = values[order[i]];
        return sorted;
    }
}
