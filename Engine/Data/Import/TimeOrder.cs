namespace ManualVae.Data.Import;

/// <summary>
/// Clicks in order of time. Of equal times a hash of seed, user and item decides: neither the order of lines nor that of the ids,
/// which often tells popular items from others. Only the training file of NCF keeps its order of lines.
/// </summary>
/// <param name="source">The clicks, all of them with times.</param>
internal sealed class TimeOrder(ClickSource source)
{
    private readonly int[] _users = source.Users.SortedRanks(), _items = source.Items.SortedRanks();

    /// <summary>Sorts positions in a log of the source.</summary>
    public int[] Sort(int[] positions, ClickLog log)
    {
        var keys = Array.ConvertAll(positions, position => (log.Times[position],
            source.KeepsOrderOfLines ? (ulong)position : Drawn(_users[log.Users[position]], _items[log.Items[position]])));
        Array.Sort(keys, positions);
        return positions;
    }

    // One to one for a seed, so that no two pairs are equal: the last steps of SplitMix64 (Steele, Lea and Flood 2014).
    private ulong Drawn(int user, int item)
    {
        ulong bits = ((ulong)user << 32 | (uint)item) + (source.Options.Seed + 1) * 0x9e3779b97f4a7c15;
        bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
        bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
        return bits ^ (bits >> 31);
    }
}
