using System.Diagnostics;
using ManualVae.Data.Import;

namespace ManualVae.Tools.Datasets;

/// <summary>The progress of an import on standard error: a bar on a terminal, a line every ten seconds in a pipe.</summary>
internal static class ImportDisplay
{
    /// <summary>Runs an import.</summary>
    public static T Run<T>(Func<IProgress<ImportProgress>, T> import)
    {
        var watch = Stopwatch.StartNew();
        if (Terminal.IsQuiet || Console.IsErrorRedirected) return import(new Lines(Console.Error, () => watch.Elapsed));
        return DatasetProgress.Run("reading", (bar, say) => import(new Bar(bar, say, () => watch.Elapsed)));
    }

    /// <summary>Rows, rows a second and the time left, as far as they are known.</summary>
    public static string Text(ImportProgress progress, TimeSpan passed)
    {
        string rate = passed > TimeSpan.Zero ? $", {progress.Rows / passed.TotalSeconds:N0} rows/s" : "";
        if (progress.Share is not (> 0 and <= 1 and var share)) return $"{progress.Rows:N0} rows{rate}";
        return $"{progress.Rows:N0} rows ({100 * share:0} %){rate}, {passed * ((1 - share) / share):h\\:mm\\:ss} left";
    }

    /// <summary>A line every ten seconds.</summary>
    internal sealed class Lines(TextWriter target, Func<TimeSpan> clock) : IProgress<ImportProgress>
    {
        private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

        private TimeSpan _next = Every;

        public void Report(ImportProgress value)
        {
            var now = clock();
            if (now < _next) return;
            target.WriteLine($"read {Text(value, now)}");
            _next = now + Every;
        }
    }

    private sealed class Bar(IProgress<double> bar, Action<string> say, Func<TimeSpan> clock) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value)
        {
            if (value.Share is { } share) bar.Report(share);
            say($"reading: {Text(value, clock())}");
        }
    }
}
