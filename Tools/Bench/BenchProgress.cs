using System.Diagnostics;
using ManualVae.Compute.Measure;

namespace ManualVae.Tools.Bench;

/// <summary>
/// Says on standard error what is measured, and every few seconds how far it is: a line each, between two runs, so that nothing
/// draws while something is timed.
/// </summary>
internal sealed class BenchProgress
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly string _work;
    private readonly int _total;
    private readonly long _start = Stopwatch.GetTimestamp();
    private TimeSpan _said;
    private int _done;

    /// <summary>Says what begins.</summary>
    /// <param name="work">What is measured.</param>
    /// <param name="total">Parts that take about as long as each other.</param>
    /// <param name="part">What such a part is: round, step.</param>
    /// <param name="probe">Has the threads; null for a device.</param>
    public BenchProgress(string work, int total, string part, MachineProbe? probe)
    {
        (_work, _total) = (probe is null ? work : $"{work}, {Readable.Count(probe.Threads, "thread")}", total);
        Console.Error.WriteLine($"{_work}: {Readable.Count(total, part)}");
    }

    /// <summary>A part is done.</summary>
    /// <exception cref="OperationCanceledException">The user interrupts.</exception>
    public void Next()
    {
        Session.Cancellation.ThrowIfCancellationRequested();
        var passed = Stopwatch.GetElapsedTime(_start);
        if (++_done >= _total || passed - _said < Pause) return;
        _said = passed;
        Console.Error.WriteLine($"{_work}: {_done} of {_total}, {Readable.Clock(passed / _done * (_total - _done))} left");
    }
}
