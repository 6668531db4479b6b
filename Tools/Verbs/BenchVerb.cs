using System.CommandLine;
using System.Globalization;
using ManualVae.Compute;
using ManualVae.Compute.Measure;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Data.Synthetic;
using ManualVae.Tools.Bench;
using ManualVae.Tools.Settings;

namespace ManualVae.Tools.Verbs;

/// <summary>
/// <c>manualvae bench</c>: throughput of this machine against its own limits, which are measured between the runs.
/// </summary>
internal static class BenchVerb
{
    /// <summary>The command.</summary>
    public static Command Create() => new("bench", "Throughput against this machine's own limits.")
    {
        Measure("gemm", "The matrix product at the decoder's shapes, and at awkward ones, or at shapes of your own.", Gemm,
            nameof(BenchOptions.Device), nameof(BenchOptions.Precision), nameof(BenchOptions.Shape), nameof(BenchOptions.Layout),
            nameof(BenchOptions.Tiers)),
        Measure("step", "Whole training steps at the shape of ML-20M, and what each operation takes.", (options, json) =>
        {
            CsrMatrix Train() => Clicks(users: 20_000, heldOut: 100).Train;
            return IsBf16(options)
                ? Report(options, json, [options.Threads], probe => StepBench.RunBf16(Train(), options.Steps, probe))
                : options.Device == "simd" && options.Precision == default
                ? Report(options, json, [options.Threads], probe => StepBench.Run(Train(), options.Steps, probe))
                : ReportDevice(options, json, (device, limits) =>
                    StepBench.Run(Train(), options.Steps, null, device).Select(result => result.Under(limits)));
        }, nameof(BenchOptions.Device), nameof(BenchOptions.Precision), nameof(BenchOptions.Steps)),
        Measure("roofline", "Operations, forward and backward, against the roofline.", (options, json) =>
            options.Device == "simd" ? Report(options, json, [options.Threads], RooflineBench.Run)
                : ReportDevice(options, json, (device, limits) =>
                    RooflineBench.Run(device).Select(result => result.Under(limits))), nameof(BenchOptions.Device)),
        Measure("evaluate", "Evaluation of 10,000 held-out users at the shape of ML-20M.", (options, json) =>
        {
            EvaluationSplit Test() => Clicks(users: 40_000, heldOut: 10_000).Test!;
            if (!IsBf16(options) && (options.Device != "simd" || options.Precision != default))
                return ReportDevice(options, json, (device, limits) =>
                    [EvaluateBench.Run(Test(), device, null, options.Precision).Under(limits)]);
            var test = Test();
            return Report(options, json, [options.Threads], probe => IsBf16(options)
                ? [EvaluateBench.Run(test, probe), EvaluateBench.Run(test, probe, Precision.Bf16)]
                : [EvaluateBench.Run(test, probe)]);
        }, nameof(BenchOptions.Device), nameof(BenchOptions.Precision)),
        Measure("ease", "X'X and the inverse of 20,108 items (1.6 GB), as EASE needs them.", (options, json) =>
        {
            var shape = SyntheticShape.MovieLens20M;
            var train = Clicks(shape.Users, shape.HeldOutUsers).Train;
            return Report(options, json, [options.Threads], probe => EaseBench.Run(train, options.Runs, probe));
        }, nameof(BenchOptions.Runs)),
        Serve(),
    };

    private static Command Serve()
    {
        var url = new Argument<string?>("URL")
        {
            Description = "Where a service listens, such as http://127.0.0.1:8080; without it the engine alone is measured.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var connections = Flags.Count("--connections", "Connections that ask at the same time.", 64);
        var requests = Flags.Count("--requests", "Requests in all.", 10_000);
        var rate = new Option<double>("--rate")
        {
            Description = "Requests a second; 0 for as many as are answered.", HelpName = "n",
        };
        var engine = new SettingFlags<BenchOptions>(
            new(), [nameof(BenchOptions.Threads), nameof(BenchOptions.Precision), nameof(BenchOptions.Run)]);
        var json = Flags.Json();
        return Verb.Create("serve", "Latency and answers a second: of the engine, or of a service that runs (serve).", parsed =>
        {
            if (parsed.GetValue(url) is not string address)
            {
                Refuse(parsed, [connections, requests, rate], "needs the URL of a service");
                return Answers(engine.Read(parsed, new()), parsed.GetValue(json));
            }
            Refuse(parsed, engine.Options.OfType<Option>(), "measures the engine itself; leave the URL out");
            if (!Uri.TryCreate(address, UriKind.Absolute, out var service) || service.Scheme != "http")
                throw new InputException($"{address}: is no address of a service; give one such as http://127.0.0.1:8080.");
            if (!(parsed.GetValue(rate) >= 0)) throw new InputException($"--rate {parsed.GetValue(rate)}: give 0 or more.");
            var load = ServeBench.Run(service, Flags.Positive("--connections", parsed.GetValue(connections)),
                Flags.Positive("--requests", parsed.GetValue(requests)), parsed.GetValue(rate), Session.Cancellation)
                .GetAwaiter().GetResult();
            if (parsed.GetValue(json)) Terminal.WriteJson(load);
            else
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{load.AnswersPerSecond:#,0} answers a second; median {load.MedianSeconds * 1e3:0.0} ms, 99 % within "
                        + $"{load.P99Seconds * 1e3:0.0} ms, longest {load.MaxSeconds * 1e3:0.0} ms; {load.Errors} errors"));
            return load.Errors == 0 ? ExitCode.Done : ExitCode.Failed;
        }, [url, connections, requests, rate, .. engine.Options, json]);
    }

    /// <summary>Refuses flags of the other kind of measurement.</summary>
    private static void Refuse(ParseResult parsed, IEnumerable<Option> options, string why)
    {
        if (options.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } given)
            throw new InputException($"{given.Name}: {why}.");
    }

    private static int Answers(BenchOptions options, bool json)
    {
        options.Validate();
        if (options.Precision != default) IsBf16(options);
        using var probe = new MachineProbe(options.Threads);
        var report = FewUsersBench.Run(options.Run, options.Precision, probe);
        if (json) Terminal.WriteJson(report);
        else report.Print(Terminal.Results);
        return ExitCode.Done;
    }

    private static Command Measure(string name, string description, Func<BenchOptions, bool, int> run, params string[] options)
    {
        var flags = new SettingFlags<BenchOptions>(new(), [nameof(BenchOptions.Threads), .. options,
            nameof(BenchOptions.Against), nameof(BenchOptions.Svg)]);
        var json = Flags.Json();
        return Verb.Create(name, description, parsed =>
        {
            var chosen = flags.Read(parsed, new());
            chosen.Validate();
            OutputFile.RefuseTwo("--svg", chosen.Svg, parsed.GetValue(json));
            return run(chosen, parsed.GetValue(json));
        }, [.. flags.Options, json]);
    }

    private static int Gemm(BenchOptions options, bool json)
    {
        bool onSimd = options.Device == "simd";
        var shapes = GemmShapes.Choose(options.Shape, options.Layout,
            options.Tiers is not null ? GemmShapes.Decoder : onSimd ? GemmShapes.All : GemmShapes.Device);
        if (options.Tiers is null && IsBf16(options))
            return Report(options, json, Counts(options), probe => GemmBench.RunBf16(probe, shapes));
        if (options.Precision != default && (onSimd || options.Tiers is not null))
            throw new InputException("--precision: bench gemm takes bf16, with --device simd and without --tiers.");
        if (options.Tiers is null)
            return onSimd ? Report(options, json, Counts(options), probe => GemmBench.Run(probe, shapes))
                : GemmOnDevice(options, json, shapes);
        if (!onSimd) throw new InputException($"--tiers are of the processor; leave --device {options.Device} out.");
        if (options.Against is not null)
            throw new InputException("--against compares one report with another; leave --tiers out, or --against.");
        string[] tiers = TierBench.Parse(options.Tiers);
        return Print(options, json, null, TierBench.Run(tiers, shapes,
        [
            "bench", "gemm", "--json", "--threads", $"{options.Threads}", "--shape", options.Shape ?? "decoder",
            .. options.Layout is string layout ? ["--layout", layout] : Array.Empty<string>(),
        ]));
    }

    private static int Report(
        BenchOptions options, bool json, int[] threadCounts, Func<MachineProbe, IEnumerable<BenchResult>> run)
    {
        var earlier = EarlierReport.Read(options.Against);
        var results = new List<BenchResult>();
        MachineLimits? limits = null;
        foreach (int threads in threadCounts)
        {
            using var probe = new MachineProbe(threads);
            BenchResult[] measured = [.. run(probe)];
            limits = probe.Limits;
            var (low, high) = probe.PeakRange;
            Console.Error.WriteLine($"{Readable.Count(limits.Threads, "thread")}: peak {limits.PeakGflops:0.0} GFLOP/s "
                + $"({low:0.0} to {high:0.0} from sample to sample), copy {limits.CopyGigabytesPerSecond:0.0} GB/s, "
                + $"read {limits.ReadGigabytesPerSecond:0.0} GB/s");
            results.AddRange(measured.Select(result => result.Under(limits)));
        }
        return Print(options, json, earlier, new(limits!.PeakGflops, limits.CopyGigabytesPerSecond, results)
        {
            Machine = BenchMachine.Here, ReadGigabytesPerSecond = limits.ReadGigabytesPerSecond,
        });
    }

    private static int GemmOnDevice(BenchOptions options, bool json, GemmShape[] shapes)
    {
        using var probe = new MachineProbe(options.Threads);
        double tensorPeak = 0;
        return ReportDevice(options, json, (device, limits) =>
        {
            tensorPeak = GpuBench.TensorPeak(device);
            return GpuBench.Gemm(device, limits, tensorPeak, shapes, probe, new());
        }, report => report with { Processor = probe.Limits, TensorPeakGflops = tensorPeak });
    }

    /// <param name="options">What was asked for.</param>
    /// <param name="json">JSON instead of tables.</param>
    /// <param name="run">Measures on the device, given its limits.</param>
    /// <param name="complete">Adds to the report, once everything is measured.</param>
    private static int ReportDevice(BenchOptions options, bool json,
        Func<ILayeredGemm, MachineLimits, IEnumerable<BenchResult>> run, Func<BenchReport, BenchReport>? complete = null)
    {
        var earlier = EarlierReport.Read(options.Against);
        using var device = GpuBench.Open(options.Device, options.Precision);
        var limits = GpuBench.Limits(device);
        var (name, card) = (device.Description, device.Card); // a training step disposes of the device
        BenchResult[] results = [.. run(device, limits)];
        var report = new BenchReport(limits.PeakGflops, limits.CopyGigabytesPerSecond, results)
        {
            Machine = BenchMachine.Here, Device = name, Card = card,
        };
        return Print(options, json, earlier, complete?.Invoke(report) ?? report);
    }

    /// <summary>Whether bfloat16 is asked for; then this machine has it.</summary>
    private static bool IsBf16(BenchOptions options)
    {
        if (options.Precision != Precision.Bf16) return false;
        if (options.Device != "simd") throw new InputException("--precision bf16: only --device simd has it.");
        return SimdBackend.LacksBf16 is { } lack ? throw new InputException($"--precision bf16: {lack}; give fp32.") : true;
    }

    private static int Print(BenchOptions options, bool json, EarlierReport? earlier, BenchReport report)
    {
        if (options.Svg is string file) OutputFile.WriteText(file, Roofline.Of(report));
        if (json) Terminal.WriteJson(report);
        else report.Print(OutputFile.IsStandardOutput(options.Svg) ? Terminal.Messages : Terminal.Results, earlier);
        return ExitCode.Done;
    }

    /// <summary>Synthetic clicks with the catalogue, activity and popularity of ML-20M, of fewer users.</summary>
    private static PreparedDataset Clicks(int users, int heldOut)
    {
        var shape = SyntheticShape.MovieLens20M;
        return SyntheticClicks.Generate(shape with
        {
            Users = users,
            HeldOutUsers = heldOut,
            Interactions = (long)((double)shape.Interactions / shape.Users * users),
        }, cancellation: Session.Cancellation);
    }

    private static int[] Counts(BenchOptions options) =>
        options.Threads == 0 && Environment.ProcessorCount > 1 ? [1, 0] : [options.Threads];
}
