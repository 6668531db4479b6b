namespace ManualVae.Tests.Long.Soak;

/// <summary>Memory over time: flat if its last third is no higher than its second.</summary>
public sealed class MemoryCurve
{
    private readonly List<(long Managed, long Resident)> _points = [];

    /// <summary>Highest resident memory so far, in bytes.</summary>
    public long Peak => _points.Max(point => point.Resident);

    /// <summary>Notes the memory of this process, after a collection.</summary>
    public void Note()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        _points.Add((GC.GetTotalMemory(forceFullCollection: true), Resident("self")));
    }

    /// <summary>Notes the resident memory of another process.</summary>
    public void Note(int process) => _points.Add((0, Resident($"{process}")));

    /// <summary>What grew, or null.</summary>
    /// <param name="managedSlack">Bytes that objects may grow by: what the runtime keeps for itself.</param>
    /// <param name="residentSlack">Bytes that resident memory may grow by.</param>
    public string? Growth(long managedSlack = 1 << 20, long residentSlack = 24 << 20)
    {
        if (_points.Count < 6) return $"only {_points.Count} points; take more time";
        int third = _points.Count / 3;
        var (middle, last) = (_points.Skip(third).Take(third).ToArray(), _points.Skip(_points.Count - third).ToArray());
        long managed = last.Min(p => p.Managed) - middle.Max(p => p.Managed);
        long resident = last.Min(p => p.Resident) - middle.Max(p => p.Resident);
        return managed > managedSlack ? $"objects grew by {managed >> 10} KB"
            : resident > residentSlack ? $"resident memory grew by {resident >> 20} MB" : null;
    }

    /// <summary>First and last resident memory, for people.</summary>
    public override string ToString() => $"{_points[0].Resident >> 20} MB at first, {_points[^1].Resident >> 20} MB at last";

    private static long Resident(string process)
    {
        string line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) << 10;
    }
}
