using ManualVae.Data;

namespace ManualVae.Tests.Long.Fuzz;

/// <summary>
/// Changes a file, has it read, and judges the outcome: a result or one clear refusal, in time and in memory.
/// </summary>
public static class FuzzTrial
{
    /// <summary>Longest time for one small file.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // What a reader may take whatever the size of the file: tables and buffers.
    private const long Floor = 64 << 20;

    /// <summary>One trial; the sound file is put back.</summary>
    /// <param name="target">The file and its reader.</param>
    /// <param name="sound">The bytes of the sound file.</param>
    /// <param name="random">Draws the change.</param>
    /// <returns>The outcome in a word, what went wrong or null, and the changed bytes.</returns>
    public static (string Outcome, string? Problem, byte[] Input) Run(FuzzTarget target, byte[] sound, Random random)
    {
        bool sign = target.Sign is not null && (!target.IsSealed || random.Next(8) > 0);
        byte[] input = Change(target.Kind, sound, random);
        File.WriteAllBytes(target.File, input);
        if (sign) target.Sign!();
        byte[] written = sign ? File.ReadAllBytes(target.File) : input;
        try
        {
            var (outcome, problem) = Judge(target.Read, written.Length);
            if (outcome == "read" && target.IsSealed && !sign && !input.AsSpan().SequenceEqual(sound))
                (outcome, problem) = ("missed", "a changed file with its old checksum was read");
            return (outcome, problem, written);
        }
        finally
        {
            File.WriteAllBytes(target.File, sound);
            if (sign) target.Sign!();
        }
    }

    /// <summary>Reads, and judges what happens.</summary>
    /// <param name="read">The reader.</param>
    /// <param name="bytes">Size of the file.</param>
    public static (string Outcome, string? Problem) Judge(Action read, long bytes)
    {
        long before = GC.GetTotalAllocatedBytes();
        var clock = Environment.CpuUsage.TotalTime; // others may keep the machine busy
        string outcome = "read";
        string? problem = null;
        try
        {
            read();
        }
        catch (InputException refusal)
        {
            outcome = "refused";
            if (refusal.Message.Contains('\n')) problem = $"a message of several lines: {refusal.Message}";
        }
        catch (Exception failure)
        {
            (outcome, problem) = ("failed", failure.ToString());
        }
        long taken = GC.GetTotalAllocatedBytes() - before;
        var time = Environment.CpuUsage.TotalTime - clock;
        if (time > Patience) problem ??= $"took {time.TotalSeconds:0.0} s";
        if (taken > 10 * bytes + Floor) problem ??= $"took {taken >> 20} MB for {bytes} bytes";
        return (problem is null || outcome == "failed" ? outcome : "wrong", problem);
    }

    private static byte[] Change(FileKind kind, byte[] sound, Random random) => random.Next(10) switch
    {
        0 => Mutations.Bytes(sound, random),
        1 => Mutations.Marks(sound, random),
        2 => Mutations.Cut(sound, random),
        _ => kind switch
        {
            FileKind.Json => Mutations.Json(sound, random),
            FileKind.Lines => Mutations.Lines(sound, random),
            _ => Mutations.Bytes(sound, random),
        },
    };
}
