namespace ManualVae.Tools;

/// <summary>
/// Calls back from a thread of its own. Timers of .NET call back on the thread pool, which on a busy machine may be occupied for
/// minutes by the very work that they are to end.
/// </summary>
internal sealed class Pulse : IDisposable
{
    private readonly ManualResetEventSlim _over = new();

    /// <summary>Begins.</summary>
    /// <param name="after">Before the first call.</param>
    /// <param name="again">Between two calls; null for one call only.</param>
    /// <param name="call">What is called.</param>
    public Pulse(TimeSpan after, TimeSpan? again, Action call) => new Thread(() =>
    {
        for (TimeSpan? wait = after; wait is { } w && !_over.Wait(w); wait = again) call();
    })
    {
        IsBackground = true, Name = "pulse",
    }.Start();

    /// <summary>No further call begins.</summary>
    public void Dispose() => _over.Set();
}

/// <summary>A token that is cancelled after a time, or with another one.</summary>
internal sealed class Deadline : IDisposable
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(20); // a wait cannot take much longer

    private readonly CancellationTokenSource _source;
    private readonly Pulse _clock;

    /// <summary>The time begins now.</summary>
    public Deadline(TimeSpan after, CancellationToken other = default)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(other);
        _clock = new(after > s_longest ? s_longest : after, null, Cancel);
    }

    /// <summary>Cancelled then.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        _clock.Dispose();
        _source.Dispose();
    }

    private void Cancel()
    {
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The work ended first.
        }
    }
}
