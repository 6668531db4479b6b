using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ManualVae.Compute;

/// <summary>
/// The best items of one row of scores that arrives in pieces, in any order: what <see cref="TopK.Select"/> finds in the whole
/// row. Candidates that reach the score of the worst item kept are gathered; when there is no room for more, all but the best
/// ones are dropped. Memory is kept from one row to the next.
/// </summary>
internal sealed class RunningTopK
{
    /// <summary>Candidates that are gathered before the worse ones are dropped: more cost memory, fewer cost time.</summary>
    private const int Slack = 1024, SlackPerItem = 3;

    private int[] _items = [], _keys = [];
    private float[] _scores = [];
    private int _count, _most;
    private float _bound; // only scores that reach it may be among the best; NaN for all

    /// <summary>Forgets the row before.</summary>
    /// <param name="most">How many items are wanted; at most as many as there are.</param>
    /// <param name="piece">Scores of a piece, at most.</param>
    public void Begin(int most, int piece)
    {
        (_count, _most, _bound) = (0, most, float.NaN);
        int room = most + Math.Max(Slack, SlackPerItem * most) + piece;
        if (_items.Length < room) (_items, _keys, _scores) = (new int[room], new int[room], new float[room]);
    }

    /// <summary>Takes the scores of neighbouring items.</summary>
    /// <param name="scores">One for each item.</param>
    /// <param name="first">The first of the items.</param>
    /// <param name="excluded">Items that must not be ranked, strictly increasing; also those of other pieces.</param>
    public void Offer(ReadOnlySpan<float> scores, int first, ReadOnlySpan<int> excluded)
    {
        if (_most == 0) return;
        if (_count + scores.Length > _items.Length) Drop();
        int next = excluded.BinarySearch(first);
        var left = excluded[(next < 0 ? ~next : next)..];
        ref float start = ref MemoryMarshal.GetReference(scores);
        var bound = Vector512.Create(_bound);
        int i = 0;
        for (; i <= scores.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            // Neither NaN fails the comparison: without a bound all are taken, and a score that is NaN may be wanted.
            ulong below = Vector512.LessThan(Vector512.LoadUnsafe(ref start, (nuint)i), bound).ExtractMostSignificantBits();
            for (ulong taken = ~below & 0xFFFF; taken != 0; taken &= taken - 1)
                Add(i + BitOperations.TrailingZeroCount(taken), scores, first, ref left);
        }
        for (; i < scores.Length; i++)
            if (!(scores[i] < _bound)) Add(i, scores, first, ref left);
    }

    /// <summary>Takes what another one has kept, of other items.</summary>
    public void Absorb(RunningTopK other)
    {
        other.Drop();
        if (_count + other._count > _items.Length) Drop();
        Debug.Assert(other._count <= _most && _count + other._count <= _items.Length);
        other._items.AsSpan(0, other._count).CopyTo(_items.AsSpan(_count));
        other._scores.AsSpan(0, other._count).CopyTo(_scores.AsSpan(_count));
        _count += other._count;
    }

    /// <summary>
    /// Writes the best items as <see cref="TopK.Select"/> does: best first, -1 and -infinity where there are no more.
    /// </summary>
    public void Write(Span<int> items, Span<float> scores)
    {
        Drop();
        _scores.AsSpan(0, _count).CopyTo(scores);
        TopK.Sort(_items.AsSpan(0, _count), _keys.AsSpan(0, _count), items, scores);
    }

    private void Add(int index, ReadOnlySpan<float> scores, int first, ref ReadOnlySpan<int> excluded)
    {
        int item = first + index;
        while (excluded.Length > 0 && excluded[0] < item) excluded = excluded[1..];
        if (excluded.Length > 0 && excluded[0] == item) return;
        (_items[_count], _scores[_count]) = (item, scores[index]);
        _count++;
    }

    /// <summary>Keeps the best ones, of equal ones the lower items, and raises the bound to the worst of them.</summary>
    private void Drop()
    {
        for (int i = 0; i < _count; i++) _keys[i] = TopK.Key(_scores[i]);
        if (_count == 0 || _count < _most) return;
        var keys = _keys.AsSpan(0, _count);
        int worst = TopK.KeyReachedBy(keys, _most, _most), above = worst == int.MaxValue ? 0 : TopK.CountFrom(keys, worst + 1);
        int lastEqual = LastEqual(worst, _most - above), kept = 0;
        for (int i = 0; i < _count; i++)
            if (_keys[i] > worst || (_keys[i] == worst && _items[i] <= lastEqual))
                (_items[kept], _keys[kept], _scores[kept++]) = (_items[i], _keys[i], _scores[i]);
        _count = kept;
        _bound = worst == int.MinValue ? float.NaN : TopK.ScoreOf(worst);
    }

    /// <summary>The item up to which items of the worst key are kept, if there is room for so many of them.</summary>
    private int LastEqual(int worst, int room)
    {
        int equal = 0;
        for (int i = 0; i < _count; i++)
            if (_keys[i] == worst) equal++;
        if (equal <= room) return int.MaxValue;
        var items = new int[equal];
        for (int i = 0; equal > 0; i++)
            if (_keys[i] == worst) items[--equal] = _items[i];
        Array.Sort(items);
        return items[room - 1];
    }
}
