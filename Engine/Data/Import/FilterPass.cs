namespace ManualVae.Data.Import;

/// <summary>The minimum numbers of clicks, in the order of the published preparation (the code of Liang et al. 2018).</summary>
internal static class FilterPass
{
    /// <summary>
    /// One pass: items first, then users (counted on what is left); items are not filtered again. Then the k-core, if k is above
    /// 1: users and items below k are removed until none is left. Returns the number of clicks removed.
    /// </summary>
    public static int Apply(ClickLog log, int userCount, int itemCount, ClickFilters filters)
    {
        int before = log.Count;
        RequireClicks(log, itemCount, filters.MinItemClicks, items: true);
        RequireClicks(log, userCount, filters.MinUserClicks, items: false);
        for (int last = -1; filters.KCore > 1 && log.Count != last;)
        {
            last = log.Count;
            RequireClicks(log, itemCount, filters.KCore, items: true);
            RequireClicks(log, userCount, filters.KCore, items: false);
        }
        return before - log.Count;
    }

    private static void RequireClicks(ClickLog log, int idCount, int minimum, bool items)
    {
        if (minimum <= 1) return;
        var ids = items ? log.Items : log.Users;
        var counts = new int[idCount];
        foreach (int id in ids) counts[id]++;
        var keep = new bool[ids.Length];
        for (int i = 0; i < ids.Length; i++) keep[i] = counts[ids[i]] >= minimum;
        log.Keep(keep);
    }
}
