namespace ManualVae.Data;

/// <summary>What a mistyped name was meant to be.</summary>
public static class Spelling
{
    /// <summary>
    /// The known name that is close to a mistyped one: at most a third of its letters differ, or it is the only one that begins
    /// so. Upper and lower case are the same.
    /// </summary>
    /// <param name="name">What was typed.</param>
    /// <param name="known">The names there are.</param>
    /// <returns>The nearest of them, the first of several; null where none is close.</returns>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        string typed = name.ToLowerInvariant();
        var near = known.Select(candidate => (Name: candidate, Edits: Distance(typed, candidate.ToLowerInvariant())))
            .OrderBy(candidate => candidate.Edits).ToList();
        if (near.Count > 0 && near[0].Edits <= Math.Max(1, typed.Length / 3) && near[0].Edits < near[0].Name.Length)
            return near[0].Name;
        string[] longer = [.. near.Select(n => n.Name).Where(n => n.StartsWith(typed, StringComparison.OrdinalIgnoreCase))];
        return typed.Length > 2 && longer.Length == 1 ? longer[0] : null;
    }

    /// <summary>The question for a message, such as <c> (did you mean 'ease'?)</c>; empty where no name is close.</summary>
    /// <param name="name">What was typed.</param>
    /// <param name="known">The names there are.</param>
    public static string Question(string name, IEnumerable<string> known) =>
        Nearest(name, known) is string meant ? $" (did you mean '{meant}'?)" : "";

    /// <summary>Letters to insert, delete, replace or swap with their neighbour (optimal string alignment).</summary>
    /// <param name="a">A word.</param>
    /// <param name="b">Another word; capitals count.</param>
    public static int Distance(string a, string b)
    {
        var edits = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            for (int j = 0; j <= b.Length; j++)
                edits[i, j] = i == 0 || j == 0 ? i + j : Least(i, j);
        return edits[a.Length, b.Length];

        int Least(int i, int j)
        {
            int least = Math.Min(edits[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1),
                Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1);
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            return swapped ? Math.Min(least, edits[i - 2, j - 2] + 1) : least;
        }
    }
}
