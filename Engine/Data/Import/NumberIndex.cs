using System.Numerics;

namespace ManualVae.Data.Import;

/// <summary>The indices of whole numbers: a hash table with linear probing, at most half full.</summary>
internal sealed class NumberIndex
{
    private Slot[] _slots = new Slot[16];
    private int _count;

    /// <summary>The index of a number, -1 where it has none.</summary>
    public int Find(long number) => Place(_slots, number).IndexPlusOne - 1;

    /// <summary>The index of a number; <paramref name="next"/> from now on where it had none.</summary>
    public int FindOrAdd(long number, int next)
    {
        ref var slot = ref Place(_slots, number);
        if (slot.IndexPlusOne != 0) return slot.IndexPlusOne - 1;
        slot = new Slot(number, next + 1);
        if (++_count > _slots.Length / 2) Grow();
        return next;
    }

    private static ref Slot Place(Slot[] slots, long number)
    {
        // Fibonacci hashing: the upper bits of the product depend on all bits of the number.
        int shift = 64 - BitOperations.Log2((uint)slots.Length), mask = slots.Length - 1;
        int at = (int)((ulong)number * 0x9e3779b97f4a7c15 >> shift);
        while (slots[at].IndexPlusOne != 0 && slots[at].Number != number) at = (at + 1) & mask;
        return ref slots[at];
    }

    private void Grow()
    {
        var slots = new Slot[2 * _slots.Length];
        foreach (var slot in _slots)
            if (slot.IndexPlusOne != 0) Place(slots, slot.Number) = slot;
        _slots = slots;
    }

    private readonly record struct Slot(long Number, int IndexPlusOne);
}
