namespace ManualVae.Data;

/// <summary>Sets of columns as increasing numbers.</summary>
internal static class SortedColumns
{
    /// <summary>Each number once.</summary>
    public static int[] Distinct(List<int> sorted)
    {
        int count = 0;
        for (int i = 0; i < sorted.Count; i++)
            if (i == 0 || sorted[i] != sorted[count - 1]) sorted[count++] = sorted[i];
        return [.. sorted[..count]];
    }

    /// <summary>What is in one of two sets.</summary>
    public static int[] Union(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        if (b.Length == 0) return a.ToArray();
        if (a.Length == 0) return b.ToArray();
        var union = new int[a.Length + b.Length];
        return union[..Union(a, b, union)];
    }

    /// <summary>Writes what is in one of two sets to a place with room for both; returns how many there are.</summary>
    public static int Union(ReadOnlySpan<int> a, ReadOnlySpan<int> b, Span<int> union)
    {
        int i = 0, j = 0, count = 0;
        while (i < a.Length || j < b.Length)
        {
            int next = j == b.Length || (i < a.Length && a[i] <= b[j]) ? a[i] : b[j];
            if (i < a.Length && a[i] == next) i++;
            if (j < b.Length && b[j] == next) j++;
            union[count++] = next;
        }
        return count;
    }

    /// <summary>What is in the first set and not in the second.</summary>
    public static int[] Except(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        var left = new int[a.Length];
        int j = 0, count = 0;
        foreach (int item in a)
        {
            while (j < b.Length && b[j] < item) j++;
            if (j == b.Length || b[j] != item) left[count++] = item;
        }
        return left[..count];
    }
}
