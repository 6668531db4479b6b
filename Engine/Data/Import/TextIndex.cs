using System.Numerics;
using System.Runtime.InteropServices;

namespace ManualVae.Data.Import;

/// <summary>
/// The indices of texts in UTF-8: their bytes one after another, and a hash table with linear probing, at most half full.
/// </summary>
internal sealed class TextIndex
{
    private const int BlockBytes = 1 << 20;

    private readonly List<byte[]> _blocks = [];
    private readonly List<Entry> _entries = [];
    private int[] _slots = new int[16]; // entry plus one
    private int _used = BlockBytes;     // of the last block

    /// <summary>The bytes of a text, by its place.</summary>
    public ReadOnlySpan<byte> this[int place] => Bytes(_entries[place]);

    /// <summary>The index of a text, -1 where it has none.</summary>
    public int Find(ReadOnlySpan<byte> text)
    {
        int entry = _slots[Slot(text, Hash(text))] - 1;
        return entry < 0 ? -1 : _entries[entry].Index;
    }

    /// <summary>The index of a text, to be set where it is new and therefore -1.</summary>
    /// <param name="text">The text.</param>
    /// <param name="place">Its place among the texts.</param>
    public ref int Find(ReadOnlySpan<byte> text, out int place)
    {
        uint hash = Hash(text);
        ref int slot = ref _slots[Slot(text, hash)];
        place = slot - 1;
        if (place < 0)
        {
            place = _entries.Count;
            slot = place + 1;
            _entries.Add(Store(text, hash));
            if (_entries.Count > _slots.Length / 2) Grow();
        }
        return ref CollectionsMarshal.AsSpan(_entries)[place].Index;
    }

    private ReadOnlySpan<byte> Bytes(Entry entry) => _blocks[entry.Block].AsSpan(entry.Start, entry.Length);

    private int Slot(ReadOnlySpan<byte> text, uint hash)
    {
        var entries = CollectionsMarshal.AsSpan(_entries);
        int mask = _slots.Length - 1, at = First(hash, mask);
        for (; _slots[at] != 0; at = (at + 1) & mask)
        {
            ref var entry = ref entries[_slots[at] - 1];
            if (entry.Hash == hash && Bytes(entry).SequenceEqual(text)) break;
        }
        return at;
    }

    private static int First(uint hash, int mask) => (int)(hash * 0x9e3779b9 >> (32 - BitOperations.PopCount((uint)mask)));

    private Entry Store(ReadOnlySpan<byte> text, uint hash)
    {
        if (text.Length > BlockBytes - _used)
        {
            _blocks.Add(new byte[Math.Max(BlockBytes, text.Length)]);
            _used = 0;
        }
        text.CopyTo(_blocks[^1].AsSpan(_used));
        var entry = new Entry { Hash = hash, Block = _blocks.Count - 1, Start = _used, Length = text.Length, Index = -1 };
        _used += text.Length;
        return entry;
    }

    private void Grow()
    {
        _slots = new int[2 * _slots.Length];
        int mask = _slots.Length - 1;
        for (int i = 0; i < _entries.Count; i++)
        {
            int at = First(_entries[i].Hash, mask);
            while (_slots[at] != 0) at = (at + 1) & mask;
            _slots[at] = i + 1;
        }
    }

    // Eight bytes at a time; what the multiplication leaves in the upper bits is folded into the lower ones.
    private static uint Hash(ReadOnlySpan<byte> text)
    {
        ulong hash = (ulong)text.Length * 0x9e3779b97f4a7c15;
        for (; text.Length >= 8; text = text[8..]) hash = Mix(hash ^ MemoryMarshal.Read<ulong>(text));
        ulong last = 0;
        foreach (byte letter in text) last = last << 8 | letter;
        hash = Mix(hash ^ last);
        return (uint)(hash ^ hash >> 32);
    }

    private static ulong Mix(ulong value) => BitOperations.RotateLeft(value * 0xff51afd7ed558ccd, 31) * 0xc4ceb9fe1a85ec53;

    private struct Entry
    {
        public uint Hash;
        public int Block, Start, Length, Index;
    }
}
