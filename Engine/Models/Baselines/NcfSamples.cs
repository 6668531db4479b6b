using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// The samples of NCF's training: each click, and with it a number of items that its user has not clicked, drawn anew in each
/// epoch; all in a new order. A draw is a function of (seed, epoch, click, slot).
/// </summary>
internal sealed class NcfSamples
{
    private readonly CsrMatrix _train;
    private readonly NcfSettings _settings;
    private readonly int[] _clickUsers, _order;
    private uint _epoch;

    public NcfSamples(CsrMatrix train, NcfSettings settings)
    {
        (_train, _settings) = (train, settings);
        _clickUsers = new int[train.EntryCount];
        for (int user = 0; user < train.Rows; user++)
            _clickUsers.AsSpan((int)train.RowOffsets[user], train.RowLength(user)).Fill(user);
        _order = new int[checked(_clickUsers.Length * (1 + settings.Negatives))];
    }

    /// <summary>Samples of an epoch.</summary>
    public int Count => _order.Length;

    public static long Bytes(CsrMatrix train, NcfSettings settings) =>
        sizeof(int) * train.EntryCount * (2L + settings.Negatives);

    /// <summary>Begins an epoch, whatever came before.</summary>
    public void Begin(uint epoch)
    {
        _epoch = epoch;
        for (int i = 0; i < _order.Length; i++) _order[i] = i;
        CounterRandom.Shuffle(new RandomKey(_settings.Seed, epoch, RandomPurpose.Shuffle), _order);
    }

    /// <summary>Fills in samples [first, first + users.Length) of the epoch; label 1 for a click, 0 for a negative.</summary>
    public void Load(int first, Span<int> users, Span<int> items, Span<int> labels)
    {
        for (int s = 0; s < users.Length; s++)
            (users[s], items[s], labels[s]) = Sample(_order[first + s]);
    }

    // Sample number = click * (1 + negatives) + slot; slot 0 is the click itself.
    private (int User, int Item, int Label) Sample(int number)
    {
        int click = number / (1 + _settings.Negatives), slot = number % (1 + _settings.Negatives);
        int user = _clickUsers[click], item = _train.ColumnIndices[click];
        // Who clicked everything has no negatives.
        if (slot == 0 || _train.RowLength(user) == _train.Columns) return (user, item, 1);
        var key = new RandomKey(_settings.Seed, _epoch, RandomPurpose.NegativeSample);
        for (int attempt = 0; _train.Contains(user, item); attempt++)
            item = CounterRandom.Below(key, (uint)click, (uint)(attempt * _settings.Negatives + slot - 1), _train.Columns);
        return (user, item, 0);
    }
}
