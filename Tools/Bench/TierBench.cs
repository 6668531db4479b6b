using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Text.Json;
using ManualVae.Compute.Reference;
using ManualVae.Data;

namespace ManualVae.Tools.Bench;

/// <summary>
/// Matrix products with several instruction sets, each measured by a process of its own whose runtime has the wider ones switched
/// off: so a tier is what a processor without them would run, not only its micro-kernel.
/// </summary>
internal static class TierBench
{
    /// <summary>Instruction sets of .NET's environment variables that a tier switches off, and if the machine has it.</summary>
    private static readonly Dictionary<string, (string[] Off, bool Has)> Tiers = new()
    {
        ["512"] = ([], Vector512.IsHardwareAccelerated),
        ["256"] = (["EnableAVX512F", "EnableAVX512"], Vector256.IsHardwareAccelerated),
        ["portable"] = (["EnableAVX512F", "EnableAVX512", "EnableAVX2", "EnableAVX"], true),
        [Reference] = ([], true),
    };

    private const string Reference = "reference";

    /// <summary>The tiers that the user named.</summary>
    /// <exception cref="InputException">There is no such tier, or not on this machine.</exception>
    public static string[] Parse(string text)
    {
        string[] tiers = [.. text.Split(',').Select(tier => tier.Trim()).Distinct()];
        foreach (string tier in tiers)
            if (!Tiers.TryGetValue(tier, out var known))
                throw new InputException($"--tiers '{tier}': give some of {string.Join(",", Tiers.Keys)}.");
            else if (!known.Has)
                throw new InputException($"--tiers {tier}: this processor has no vectors of {tier} bits; leave {tier} out.");
        return tiers;
    }

    /// <summary>The lines of all tiers, each line with its tier; fractions are those of the tier's own peak.</summary>
    /// <param name="tiers">Some of those that <see cref="Parse"/> knows.</param>
    /// <param name="shapes">The products.</param>
    /// <param name="arguments">The command that a process of its own measures them by.</param>
    /// <returns>The report of the first tier that has limits, with all lines.</returns>
    public static BenchReport Run(string[] tiers, IReadOnlyList<GemmShape> shapes, string[] arguments)
    {
        BenchReport? first = null;
        var results = new List<BenchResult>();
        foreach (string tier in tiers)
        {
            Console.Error.WriteLine($"tier {tier}");
            if (tier == Reference) results.AddRange(OnReference(shapes));
            else
            {
                var report = InChild(arguments, Tiers[tier].Off);
                first ??= report;
                results.AddRange(report.Results.Select(result => result with { Tier = tier }));
            }
        }
        return (first ?? new(0, 0, [])) with { Results = results, Machine = BenchMachine.Here };
    }

    private static IEnumerable<BenchResult> OnReference(IReadOnlyList<GemmShape> shapes)
    {
        using var reference = new ReferenceBackend();
        var progress = new BenchProgress("gemm in plain loops of doubles", shapes.Count, "shape", probe: null);
        foreach (var shape in shapes)
        {
            yield return GemmBench.OnReference(reference, shape) with { Tier = Reference };
            progress.Next();
        }
    }

    /// <summary>This program with other arguments, in a process with instruction sets switched off.</summary>
    private static BenchReport InChild(string[] arguments, string[] switchedOff)
    {
        string host = Environment.ProcessPath ?? "dotnet", program = typeof(TierBench).Assembly.Location;
        bool needsHost = Path.GetFileNameWithoutExtension(host) == "dotnet";
        var start = new ProcessStartInfo(host, needsHost ? ["exec", program, .. arguments] : arguments)
        {
            RedirectStandardOutput = true, UseShellExecute = false,
        };
        foreach (string name in switchedOff) start.Environment["DOTNET_" + name] = "0";
        using var child = Process.Start(start)!;
        using var interruption = Session.Cancellation.Register(() => child.Kill());
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        Session.Cancellation.ThrowIfCancellationRequested();
        return child.ExitCode == ExitCode.Done ? JsonSerializer.Deserialize<BenchReport>(output, Terminal.Json)!
            : throw new InputException($"--tiers: the process of a tier ended with {child.ExitCode}; what it said is above.");
    }
}
