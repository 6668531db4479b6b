using System.Diagnostics;
using System.Globalization;
using ManualVae.Compute;
using ManualVae.Compute.Measure;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Training;
using Spectre.Console;

namespace ManualVae.Tools.Bench;

/// <summary>What answers to some users at a time took, from their clicks to their best items.</summary>
/// <param name="Users">Users at a time.</param>
/// <param name="Runs">Answers measured.</param>
/// <param name="BestSeconds">Shortest latency.</param>
/// <param name="MedianSeconds">Median latency.</param>
/// <param name="P99Seconds">99th percentile of the latency.</param>
/// <param name="AnswersPerSecond">Users a second, by the median.</param>
/// <param name="TimesOneRead">
/// The median over rounds of a round's median latency, in times that one read of the decoder takes in this round.
/// </param>
internal sealed record FewUsersResult(
    int Users, int Runs, double BestSeconds, double MedianSeconds, double P99Seconds, double AnswersPerSecond,
    double TimesOneRead);

/// <summary>What <c>bench serve</c> measured without a service.</summary>
/// <param name="Machine">Who measured.</param>
/// <param name="Model">The shape: items, and widths from the decoder's output to its input.</param>
/// <param name="Threads">Threads that computed.</param>
/// <param name="Precision">Precision of the products.</param>
/// <param name="ReadGigabytesPerSecond">Read bandwidth of the machine meanwhile.</param>
/// <param name="DecoderBytes">Bytes of the decoder's output layer as it is held.</param>
/// <param name="OneReadSeconds">One read of them at this bandwidth.</param>
/// <param name="BestOneReadSeconds">The same in the round that read fastest: the machine at its calmest.</param>
/// <param name="Results">A line for each number of users.</param>
internal sealed record FewUsersReport(
    BenchMachine Machine, string Model, int Threads, Precision Precision, double ReadGigabytesPerSecond, double DecoderBytes,
    double OneReadSeconds, double BestOneReadSeconds, IReadOnlyList<FewUsersResult> Results)
{
    /// <summary>The table for people.</summary>
    public void Print(IAnsiConsole console)
    {
        console.WriteLine($"{Machine}");
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Model}; {Readable.Count(Threads, "thread")}, {Precision.ToString().ToLowerInvariant()}; read "
                + $"{ReadGigabytesPerSecond:0.0} GB/s: one read of the decoder ({DecoderBytes / 1e6:0.0} MB) takes "
                + $"{OneReadSeconds * 1e3:0.000} ms, {BestOneReadSeconds * 1e3:0.000} ms at best"));
        var table = Terminal.Table(
            ">users at a time", ">best ms", ">median ms", ">p99 ms", ">answers a second", ">times one read");
        foreach (var result in Results)
            table.AddRow($"{result.Users}", $"{result.BestSeconds * 1e3:0.000}", $"{result.MedianSeconds * 1e3:0.000}",
                $"{result.P99Seconds * 1e3:0.000}",
                $"{result.AnswersPerSecond:#,0}", $"{result.TimesOneRead:0.00}");
        console.Write(table);
    }
}

/// <summary>
/// Latency of answers to one user, or a few at a time, and how many are answered in passes of 64: from lists of 64 clicks to the
/// 100 best items, without HTTP. The limit beside it is one read of the decoder.
/// </summary>
internal static class FewUsersBench
{
    private const int Clicks = 64, Top = 100, Items = 20108, Lists = 256, Rounds = 40, WarmUpRounds = 4;

    private static readonly int[] UsersAtATime = [1, 4, 16, 64];

    /// <summary>Runs of a number of users in each round: some 20 ms.</summary>
    private const int RunsOfRound = 16;

    /// <summary>
    /// Measures the model of a run, or one of the shape of ML-20M (20108 items, 600-200-600) with first weights.
    /// </summary>
    /// <param name="run">The run folder, or null.</param>
    /// <param name="precision">Precision of the products.</param>
    /// <param name="probe">The threads, and the read bandwidth between rounds.</param>
    public static FewUsersReport Run(string? run, Precision precision, MachineProbe probe)
    {
        SimdBackend Backend() => new(probe.Pool, precision);
        if (run is null)
        {
            using var backend = Backend();
            using var model = new Autoencoder(
                backend, new AutoencoderSettings(), Items, UsersAtATime[^1], seed: 98765, training: false);
            return Run(model, precision, probe);
        }
        using var fitted = FittedRun.Load(RunFolder.Open(run), Backend, UsersAtATime[^1]);
        return fitted.Model is Autoencoder trained ? Run(trained, precision, probe)
            : throw new InputException($"--run {run}: holds {fitted.Model.Name}; give the run of an autoencoder.");
    }

    /// <summary>Measures a model that computes on the probe's threads.</summary>
    internal static FewUsersReport Run(Autoencoder model, Precision precision, MachineProbe probe, int measured = Rounds)
    {
        model.HoldForServing();
        var clicks = Draw(model.ItemCount);
        var output = model.Decoder.Output.Weight.Value;
        double bytes = (double)output.Length * (precision == Precision.Bf16 ? sizeof(ushort) : sizeof(float));
        var rounds = UsersAtATime.Select(_ => new List<(double[] Seconds, double Read)>()).ToArray();
        var progress = new BenchProgress("answers", WarmUpRounds + measured, "round", probe);
        int first = 0;
        for (int round = -WarmUpRounds; round < measured; round++)
        {
            double read = bytes / probe.SampleReads() / 1e9;
            for (int i = 0; i < UsersAtATime.Length; i++)
            {
                var seconds = new double[RunsOfRound];
                for (int run = 0; run < RunsOfRound; run++) seconds[run] = Answer(model, clicks, ref first, UsersAtATime[i]);
                if (round >= 0) rounds[i].Add((seconds, read));
            }
            progress.Next();
        }
        double rate = probe.Limits.ReadGigabytesPerSecond;
        return new(BenchMachine.Here, $"{model.Name} of {model.ItemCount} items, output layer {output.Rows} x {output.Columns}",
            probe.Threads, precision, rate, bytes, bytes / rate / 1e9, rounds[0].Min(round => round.Read),
            [.. UsersAtATime.Zip(rounds, (users, times) => Result(users, times))]);
    }

    private static FewUsersResult Result(int users, List<(double[] Seconds, double Read)> rounds)
    {
        double[] sorted = [.. rounds.SelectMany(round => round.Seconds).Order()];
        var all = Timing.From(sorted);
        double[] reads = [.. rounds.Select(round => Timing.From(round.Seconds).Median / round.Read)];
        return new(users, all.Runs, all.Best, all.Median, sorted[(int)(sorted.Length * 0.99)], users / all.Median,
            Timing.From(reads).Median);
    }

    private static double Answer(Autoencoder model, CsrMatrix clicks, ref int first, int users)
    {
        int top = Math.Min(Top, model.ItemCount);
        var (items, scores) = (new int[users * top], new float[users * top]);
        first = first + users > clicks.Rows ? 0 : first;
        long start = Stopwatch.GetTimestamp();
        model.Rank(clicks, first, users, top, items, scores);
        double took = Stopwatch.GetElapsedTime(start).TotalSeconds;
        first += users;
        return took;
    }

    /// <summary>Lists of distinct clicks, popular items (the first) more often.</summary>
    private static CsrMatrix Draw(int items)
    {
        int clicks = Math.Min(Clicks, items);
        var random = new Random(1);
        var entries = new List<(int, int)>();
        for (int user = 0; user < Lists; user++)
        {
            var list = new HashSet<int>();
            while (list.Count < clicks) list.Add((int)(Math.Pow(random.NextDouble(), 2) * items));
            entries.AddRange(list.Select(item => (user, item)));
        }
        return CsrMatrix.FromPairs(Lists, items, entries);
    }
}
