namespace ManualVae.Tests.Long;

/// <summary>Random numbers of one trial: the same for the same seed, kind and number, whatever came before.</summary>
public static class Draws
{
    /// <summary>The numbers of a trial.</summary>
    public static Random Of(int seed, string kind, int number)
    {
        uint hash = 2_166_136_261; // FNV-1a
        foreach (char letter in $"{seed} {kind} {number}") hash = (hash ^ letter) * 16_777_619;
        return new((int)(hash >> 1));
    }
}
