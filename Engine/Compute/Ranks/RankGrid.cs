using ManualVae.Data;

namespace ManualVae.Compute.Ranks;

/// <summary>
/// The ranks of a job in groups. Each group has the whole model, split by items over its ranks, and a part of each batch's users.
/// One group: all ranks split the items. As many groups as ranks: every rank has all items and a part of the users.
/// </summary>
/// <param name="All">Every rank.</param>
/// <param name="Items">This rank's group: the ranks that together have all items.</param>
/// <param name="Groups">The ranks that have this rank's items, one of each group, in the groups' order.</param>
public sealed record RankGrid(Communicator All, Communicator Items, Communicator Groups)
{
    /// <summary>One process without a job.</summary>
    public static RankGrid Alone { get; } = Of(Communicator.Alone, 1);

    /// <summary>Divides a job; neighbours, which often are on one machine, share a group. All ranks call it.</summary>
    /// <param name="all">The job.</param>
    /// <param name="groups">Number of groups.</param>
    /// <exception cref="InputException">The ranks cannot be divided evenly.</exception>
    public static RankGrid Of(Communicator all, int groups)
    {
        if (groups < 1 || all.Size % groups != 0)
            throw new InputException(
                $"{all.Size} ranks cannot be divided into {groups} groups of users; take a divisor of {all.Size}.");
        if (groups == 1) return new(all, all, Communicator.Alone);
        int inGroup = all.Size / groups;
        return new(all, all.Split(all.Rank / inGroup), all.Split(all.Rank % inGroup));
    }

    /// <summary>Bytes that this rank has sent to others.</summary>
    public long BytesSent => Each.Sum(part => part.BytesSent);

    /// <summary>Seconds spent in exchanges.</summary>
    public double Seconds => Each.Sum(part => part.Seconds);

    private IEnumerable<Communicator> Each => new[] { All, Items, Groups }.Distinct();
}
