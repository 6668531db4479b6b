using System.CommandLine;
using ManualVae.Compute;
using ManualVae.Compute.Measure;
using ManualVae.Data;
using ManualVae.Data.Synthetic;
using ManualVae.Tools.Bench;

namespace ManualVae.Tools.Verbs;

/// <summary><c>manualvae bench</c>: throughput of this machine against its own limits, which are measured between the runs.</summary>
internal static class BenchVerb
{
    private static readonly Option<bool> Json = Flags.Json();
    private static readonly Option<int> Threads = new("--threads")
    {
        Description = "Threads that compute; 0 for all processors (gemm: 0 measures one thread and all).", HelpName = "N",
    };
    private static readonly Option<int> Steps = new("--steps")
    {
        Description = "Training steps to time.", HelpName = "N", DefaultValueFactory = _ => 60,
    };
    private static readonly Option<int> Runs = new("--runs")
    {
        Description = "Fits to time; the first also waits for the system's memory.", HelpName = "N", DefaultValueFactory = _ => 1,
    };
    private static readonly Option<string> Device = new("--device")
    {
        Description = "simd, or a GPU: gemm then compares the levels of its product beside simd.", HelpName = "device",
        DefaultValueFactory = _ => "simd",
    };
    private static readonly Option<Precision> Precision = Flags.Precision();
    private static readonly Option<string?> Picture = new("--svg")
        { Description = "Write a roofline picture into this file.", HelpName = "file" };

    public static Command Create()
    {
        var bench = new Command("bench", "Measure throughput against the machine's own peak and copy bandwidth.")
        {
            Verb.Create("gemm", "The matrix product at the decoder's shapes, and at awkward ones.", parsed =>
                parsed.GetValue(Device) == "simd"
                    ? Report(parsed, Counts(parsed), GemmBench.Run)
                    : ReportDevice(parsed, GpuBench.Gemm), Threads, Device, Json, Picture),
            Verb.Create("step", "Whole training steps at the shape of ML-20M, and what each operation takes.", parsed =>
            {
                int steps = Flags.Positive("--steps", parsed.GetValue(Steps));
                CsrMatrix Train() => Clicks(users: 20_000, heldOut: 100).Train;
                return parsed.GetValue(Device) == "simd" && parsed.GetValue(Precision) == default
                    ? Report(parsed, [Checked(parsed)], probe => StepBench.Run(Train(), steps, probe))
                    : ReportDevice(parsed, (device, limits) =>
                        StepBench.Run(Train(), steps, null, device).Select(result => result.Under(limits)));
            }, Threads, Device, Precision, Steps, Json, Picture),
            Verb.Create("roofline", "Operations, forward and backward, against the roofline.", parsed =>
                Report(parsed, [Checked(parsed)], RooflineBench.Run), Threads, Json, Picture),
            Verb.Create("evaluate", "Evaluation of 10,000 held-out users at the shape of ML-20M.", parsed =>
            {
                var test = Clicks(users: 40_000, heldOut: 10_000).Test!;
                return Report(parsed, [Checked(parsed)], probe => [EvaluateBench.Run(test, probe)]);
            }, Threads, Json, Picture),
            Verb.Create("ease", "X'X and the inverse of 20,108 items (1.6 GB), as EASE needs them.", parsed =>
            {
                int runs = Flags.Positive("--runs", parsed.GetValue(Runs));
                var shape = SyntheticShape.MovieLens20M;
                var train = Clicks(shape.Users, shape.HeldOutUsers).Train;
                return Report(parsed, [Checked(parsed)], probe => EaseBench.Run(train, runs, probe));
            }, Threads, Runs, Json, Picture),
        };
        return bench;
    }

    private static int Report(ParseResult parsed, int[] threadCounts, Func<MachineProbe, IEnumerable<BenchResult>> run)
    {
        var results = new List<BenchResult>();
        MachineLimits? limits = null;
        foreach (int threads in threadCounts)
        {
            using var probe = new MachineProbe(threads);
            BenchResult[] measured = [.. run(probe)];
            limits = probe.Limits;
            var (low, high) = probe.PeakRange;
            Console.Error.WriteLine(FormattableString.Invariant(
                $"{limits.Threads} threads: peak {limits.PeakGflops:0.0} GFLOP/s ({low:0.0} to {high:0.0} from sample to sample), ")
                + FormattableString.Invariant($"copy {limits.CopyGigabytesPerSecond:0.0} GB/s"));
            results.AddRange(measured.Select(result => result.Under(limits)));
        }
        return Print(parsed, limits!, results);
    }

    private static int ReportDevice(ParseResult parsed, Func<ILayeredGemm, MachineLimits, IEnumerable<BenchResult>> run)
    {
        using var device = GpuBench.Open(parsed.GetValue(Device)!, parsed.GetValue(Precision));
        var limits = GpuBench.Limits(device);
        Console.Error.WriteLine(FormattableString.Invariant(
            $"{device.Description}: peak {limits.PeakGflops:0.0} GFLOP/s, copy {limits.CopyGigabytesPerSecond:0.0} GB/s"));
        return Print(parsed, limits, [.. run(device, limits)]);
    }

    private static int Print(ParseResult parsed, MachineLimits limits, IReadOnlyList<BenchResult> results)
    {
        var report = new BenchReport(limits.PeakGflops, limits.CopyGigabytesPerSecond, results);
        if (parsed.GetValue(Picture) is string file) AtomicFile.WriteText(file, report.Roofline());
        if (parsed.GetValue(Json)) Terminal.WriteJson(report);
        else report.Print();
        return ExitCode.Done;
    }

    /// <summary>Synthetic clicks with the catalogue, activity and popularity of ML-20M, of fewer users.</summary>
    private static PreparedDataset Clicks(int users, int heldOut)
    {
        var shape = SyntheticShape.MovieLens20M;
        return SyntheticClicks.Generate(shape with
        {
            Users = users, HeldOutUsers = heldOut, Interactions = (long)((double)shape.Interactions / shape.Users * users),
        }, cancellation: Session.Cancellation);
    }

    private static int[] Counts(ParseResult parsed)
    {
        int threads = Checked(parsed);
        return threads == 0 && Environment.ProcessorCount > 1 ? [1, 0] : [threads];
    }

    private static int Checked(ParseResult parsed) => parsed.GetValue(Threads) is >= 0 and var threads
        ? threads
        : throw new InputException($"--threads {parsed.GetValue(Threads)}: give a number of threads, or 0 for all processors.");
}
