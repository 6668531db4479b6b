namespace ManualVae.Data.Import;

/// <summary>
/// Clicks in the order of their source: user and item numbers, and times where they are needed. Compact arrays; a click costs 8
/// bytes, 16 with its time. Times are whole numbers, exact, until one has a fraction; then all are kept in double precision.
/// </summary>
/// <param name="keepTimes">Keep the times.</param>
/// <param name="share">The share of the source that is read, 0 where nobody knows: how much room the rest will need.</param>
internal sealed class ClickLog(bool keepTimes = false, Func<double>? share = null)
{
    private const int BlockClicks = 1 << 22, MostGrowth = 64;

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

    /// <summary>True for a click before a moment, given in the unit of its time; false where the moment is null.</summary>
    public bool IsBefore(int click, double? moment) => moment is double value
        && (_hasFractions ? _times![click] < ClickTime.KeyOf(value) : _times![click] < value);

    /// <summary>Makes room for as many clicks. Memory that no click comes to is never touched.</summary>
    public void Reserve(long clicks)
    {
        if (clicks <= _users.Length) return;
        int capacity = (int)Math.Min(Array.MaxLength, clicks);
        if (capacity == _users.Length)
            throw new InputException($"More than {Count} clicks: beyond what one dataset can hold; filter the source first.");
        Resize(ref _users, capacity);
        Resize(ref _items, capacity);
        if (_times is not null) Resize(ref _times, capacity);
    }

    /// <summary>Appends clicks.</summary>
    /// <param name="users">User of each.</param>
    /// <param name="items">Item of each.</param>
    /// <param name="times">Time of each; empty for a source without times.</param>
    public void Add(ReadOnlySpan<int> users, ReadOnlySpan<int> items, ReadOnlySpan<ClickTime> times = default)
    {
        if (_users.Length - Count < users.Length) Reserve(Math.Max(Count + (long)users.Length, Expected));
        if (_times is not null)
        {
            for (int i = 0; i < users.Length; i++) Add(users[i], items[i], times.IsEmpty ? default : times[i]);
            return;
        }
        users.CopyTo(_users.AsSpan(Count));
        items.CopyTo(_items.AsSpan(Count));
        Count += users.Length;
    }

    /// <summary>Appends a click.</summary>
    public void Add(int user, int item, ClickTime time = default)
    {
        if (Count == _users.Length) Reserve(Math.Max(Count + 1L, Expected));
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
    public void Keep(bool[] flags) => Keep(i => flags[i]);

    /// <summary>
    /// Merges repeated (user, item) pairs into the earliest, or the first in the log where times are equal or not kept; returns
    /// how many clicks were removed.
    /// </summary>
    public int MergeDuplicates(int userCount, int itemCount)
    {
        int[] offsets = Offsets(userCount);
        var leftOut = new int[Count / 32 + 1];
        int duplicates = 0;
        int[] bounds = [.. Bounds(offsets)];
        int largest = bounds.Zip(bounds.Skip(1), (first, end) => offsets[end] - offsets[first]).Max();
        Cores.For(0, bounds.Length - 1, () => new Seen(itemCount, largest), (block, _, seen) =>
        {
            Interlocked.Add(ref duplicates, MarkDuplicates(offsets, bounds[block], bounds[block + 1], seen, leftOut));
            return seen;
        }, _ => { });
        if (duplicates > 0) Keep(i => (leftOut[i / 32] >> i % 32 & 1) == 0);
        return duplicates;
    }

    /// <summary>Positions of the clicks grouped by user, in log order: user u has [offsets[u], offsets[u + 1]).</summary>
    /// <param name="userCount">Number of users.</param>
    /// <param name="rowOfUser">Where given, users with a negative number in it have no positions.</param>
    public (int[] Offsets, int[] Positions) ByUser(int userCount, int[]? rowOfUser = null)
    {
        var offsets = Offsets(userCount, rowOfUser);
        var positions = new int[offsets[userCount]];
        int[] next = offsets[..^1];
        var users = Users;
        for (int i = 0; i < users.Length; i++)
            if (rowOfUser is null || rowOfUser[users[i]] >= 0) positions[next[users[i]]++] = i;
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
            if (rowOfUser[_users[i]] is >= 0 and var row && columnOfItem[_items[i]] >= 0) offsets[row + 1]++;
        for (int row = 0; row < rows; row++) offsets[row + 1] += offsets[row];
        var indices = GC.AllocateUninitializedArray<int>((int)offsets[rows]);
        // Each thread looks at all clicks and places those of its own rows.
        int threads = Count < BlockClicks ? 1 : Environment.ProcessorCount;
        Cores.For(0, threads, thread =>
        {
            int first = FirstRow(thread), length = FirstRow(thread + 1) - first;
            Place(first, offsets[first..(first + length)], indices, rowOfUser, columnOfItem);
            for (int row = first; row < first + length; row++)
                indices.AsSpan((int)offsets[row], (int)(offsets[row + 1] - offsets[row])).Sort();
        });
        return new CsrMatrix(columns, offsets, indices);

        int FirstRow(int thread)
        {
            if (thread == threads) return rows;
            int found = Array.BinarySearch(offsets, offsets[rows] * thread / threads);
            return Math.Min(rows, found < 0 ? ~found : found);
        }
    }

    private void Place(int firstRow, long[] next, int[] indices, int[] rowOfUser, int[] columnOfItem)
    {
        ReadOnlySpan<int> users = Users, items = Items;
        for (int i = 0; i < users.Length; i++)
            if (rowOfUser[users[i]] - firstRow is var row && (uint)row < (uint)next.Length
                && columnOfItem[items[i]] is >= 0 and var column)
                indices[next[row]++] = column;
    }

    // As many clicks as the source will have at this rate, and a little more, but at least half as many again.
    private long Expected => Math.Max(Count * 3L / 2,
        share?.Invoke() is > 0 and var read ? (long)Math.Min(Count * MostGrowth, Count / read * 1.02) : 0);

    // Users that have about a block's clicks, one range after another: what is done for them stays near in memory.
    private static IEnumerable<int> Bounds(int[] offsets)
    {
        yield return 0;
        for (int user = 1, first = 0; user < offsets.Length - 1; user++)
            if (offsets[user + 1] - offsets[first] > BlockClicks) yield return first = user;
        yield return offsets.Length - 1;
    }

    // Marks the clicks of users [first, end) to leave out; returns how many.
    private int MarkDuplicates(int[] offsets, int first, int end, Seen seen, int[] leftOut)
    {
        var (kept, lastUser, clicks) = (seen.Kept, seen.LastUser, seen.Clicks);
        int start = offsets[first], duplicates = 0;
        int[] next = Array.ConvertAll(offsets[first..end], offset => offset - start);
        ReadOnlySpan<int> users = Users, items = Items;
        for (int i = 0; i < users.Length; i++)
            if (users[i] - first is var own && (uint)own < (uint)next.Length) clicks[next[own]++] = (items[i], i);
        for (int user = first; user < end; user++)
            foreach (var (item, position) in clicks.AsSpan(offsets[user] - start, offsets[user + 1] - offsets[user]))
            {
                if (lastUser[item] == user)
                {
                    duplicates++;
                    bool later = _times is null || _times[position] >= _times[kept[item]];
                    int left = later ? position : kept[item];
                    Interlocked.Or(ref leftOut[left / 32], 1 << left % 32);
                    if (later) continue;
                }
                (lastUser[item], kept[item]) = (user, position);
            }
        return duplicates;
    }

    private int[] Offsets(int userCount, int[]? rowOfUser = null)
    {
        var offsets = new int[userCount + 1];
        foreach (int user in Users)
            if (rowOfUser is null || rowOfUser[user] >= 0) offsets[user + 1]++;
        for (int user = 0; user < userCount; user++) offsets[user + 1] += offsets[user];
        return offsets;
    }

    private void Keep(Func<int, bool> isKept)
    {
        int kept = 0;
        for (int i = 0; i < Count; i++)
            if (isKept(i))
            {
                (_users[kept], _items[kept]) = (_users[i], _items[i]);
                if (_times is not null) _times[kept] = _times[i];
                kept++;
            }
        Count = kept;
    }

    private void ConvertTimes()
    {
        for (int i = 0; _times is not null && i < Count; i++) _times[i] = new ClickTime(_times[i]).FractionalKey;
        _hasFractions = true;
    }

    private void Resize<T>(ref T[] array, int capacity)
    {
        // Pinned arrays have a part of the heap to themselves: the garbage of the readers does not grow with them.
        var larger = GC.AllocateUninitializedArray<T>(capacity, pinned: true);
        array.AsSpan(0, Count).CopyTo(larger);
        array = larger;
    }

    private static T[] Reorder<T>(T[] values, int[] order)
    {
        var sorted = new T[order.Length];
        for (int i = 0; i < order.Length; i++) sorted[i] = values[order[i]];
        return sorted;
    }

    // What a thread knows of each item, and the clicks of its users one after another.
    private sealed class Seen
    {
        public Seen(int items, int clicks)
        {
            (Kept, LastUser, Clicks) = (new int[items], new int[items], new (int, int)[clicks]);
            Array.Fill(LastUser, -1);
        }

        public int[] Kept { get; }
        public int[] LastUser { get; }
        public (int Item, int Position)[] Clicks { get; }
    }
}
