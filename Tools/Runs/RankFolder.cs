using ManualVae.Training;

namespace ManualVae.Tools.Runs;

/// <summary>A run folder that the ranks of a job share: the first writes it, the others open what it wrote.</summary>
internal static class RankFolder
{
    /// <summary>The folder as the first rank has written it, on every rank.</summary>
    /// <param name="write">Makes or changes it.</param>
    /// <param name="path">Where it is; all ranks see the same files.</param>
    public static RunFolder Same(Func<RunFolder> write, string path)
    {
        var run = Session.Ranks.IsFirst ? write() : null;
        Session.Ranks.Barrier();
        return run ?? RunFolder.Open(path);
    }
}
