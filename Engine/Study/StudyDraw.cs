namespace ManualVae.Study;

/// <summary>The step of each kind of draw of the studies, so that no two share one.</summary>
internal static class StudyDraw
{
    public const uint Users = 1, Pairs = 2, Noise = 3, Shuffle = 4, Bootstrap = 5, Aggregate = 6, Layout = 7, Overlap = 8;
    /// <summary>Draws of masks and of per-user noise count from here.</summary>
    public const uint Masks = 1000;
}
