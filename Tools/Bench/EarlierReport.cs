using ManualVae.Data;

namespace ManualVae.Tools.Bench;

/// <summary>An earlier report, from <c>--json</c>, that a new one is compared with line by line.</summary>
internal sealed class EarlierReport
{
    /// <summary>Differences up to this share are never called one, however little the runs of a line differ.</summary>
    private const double Tolerance = 0.03;

    private readonly string _file;
    private readonly BenchReport _report;
    private readonly Dictionary<(string, string, int, string?), BenchResult> _lines;

    private EarlierReport(string file, BenchReport report)
    {
        (_file, _report) = (file, report);
        _lines = report.Results.GroupBy(Key).ToDictionary(group => group.Key, group => group.First());
    }

    /// <summary>Reads the file, or gives null where none is named.</summary>
    /// <exception cref="InputException">It is not there, or no report.</exception>
    public static EarlierReport? Read(string? file)
    {
        if (file is null) return null;
        const string Advice = "give what an earlier `manualvae bench ... --json` printed";
        if (!File.Exists(file)) throw new InputException($"--against {file}: there is no such file; {Advice}.");
        return new(file, JsonFile.Read<BenchReport>(file, "report of bench", Advice, report =>
            report.Results.Count == 0 ? "it has no results" : null));
    }

    /// <summary>What it was measured on, and when a word stands beside the ratio.</summary>
    public string Note => $"Times before: {_file} ({_report.Machine?.Processor ?? "machine not recorded"}, peak "
        + $"{_report.PeakGflops:0.0} GFLOP/s then). Slower or faster: by more than {Tolerance:P0}, and nine of ten runs agree.";

    /// <summary>The ratio of the medians, with a word where it is more than noise; empty for a line that is new.</summary>
    public string Ratio(BenchResult now)
    {
        if (!_lines.TryGetValue(Key(now), out var before) || before.MedianSeconds <= 0) return "";
        double ratio = now.MedianSeconds / before.MedianSeconds;
        string word = Slower(before, now) ? " slower" : Slower(now, before) ? " faster" : "";
        return $"{ratio:0.00}{word}";
    }

    private static bool Slower(BenchResult fast, BenchResult slow) =>
        slow.MedianSeconds > (1 + Tolerance) * fast.MedianSeconds && slow.MedianSeconds > fast.P90Seconds;

    private static (string, string, int, string?) Key(BenchResult result) =>
        (result.Name, result.Shape, result.Threads, result.Tier);
}
