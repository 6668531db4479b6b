using System.Diagnostics;
using ManualVae.Compute.Algebra;
using ManualVae.Compute.Measure;
using ManualVae.Data;

namespace ManualVae.Tools.Bench;

/// <summary>
/// What EASE costs at the shape of ML-20M: X'X and the inverse of the whole item-item matrix, in single precision.
/// </summary>
internal static class EaseBench
{
    private const float Ridge = 500;

    /// <summary>
    /// A line for X'X, one for the inverse and one for both; the operations of the inverse are n^3, as if it were dense.
    /// </summary>
    /// <param name="train">Clicks.</param>
    /// <param name="runs">Times to fit.</param>
    /// <param name="probe">Samples the machine's limits before the first fit and after the last.</param>
    public static IEnumerable<BenchResult> Run(CsrMatrix train, int runs, MachineProbe probe)
    {
        int n = train.Columns;
        SampleOften(probe); // before the matrix exists, so that its peak does not include the memory of the probe
        var matrix = GC.AllocateUninitializedArray<float>(checked(n * n));
        double[] gram = new double[runs], inverse = new double[runs], both = new double[runs];
        var progress = new BenchProgress("ease", runs, "fit", probe);
        for (int run = 0; run < runs; run++)
        {
            long start = Stopwatch.GetTimestamp();
            var problem = new RidgeGram(train, Ridge, probe.Threads);
            problem.Fill(matrix);
            gram[run] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            problem.Invert(matrix, Session.Cancellation);
            both[run] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            inverse[run] = both[run] - gram[run];
            progress.Next();
        }
        using (var process = Process.GetCurrentProcess())
        {
            long peak = process.PeakWorkingSet64;
            Console.Error.WriteLine(
                $"{peak >> 20} MiB resident at most, clicks included: {peak / (4.0 * n * n):0.00} times the matrix");
        }
        SampleOften(probe);
        double cube = (double)n * n * n;
        yield return BenchResult.From("ease X'X", $"{train.EntryCount} clicks", 0, 0, Timing.From(gram), probe.Threads);
        yield return BenchResult.From("ease inverse", $"{n}x{n}", cube, 0, Timing.From(inverse), probe.Threads);
        yield return BenchResult.From("ease", $"{n} items", cube, 0, Timing.From(both), probe.Threads);
    }

    private static void SampleOften(MachineProbe probe)
    {
        for (int i = 0; i < 24; i++) probe.Sample();
    }
}
