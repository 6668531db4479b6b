namespace ManualVae.Compute;

/// <summary>Lets one thread in at a time: a second one gets an exception instead of a wrong result.</summary>
/// <param name="owner">What is guarded; begins the message.</param>
internal sealed class SingleCaller(string owner)
{
    private int _thread; // managed id of the thread inside, or 0

    /// <summary>Begins a call, which ends when the result is disposed. Calls of the same thread may nest.</summary>
    /// <exception cref="InvalidOperationException">Another thread is inside.</exception>
    public Call Enter()
    {
        int thread = Environment.CurrentManagedThreadId;
        int inside = Interlocked.CompareExchange(ref _thread, thread, 0);
        if (inside != 0 && inside != thread)
            throw new InvalidOperationException($"{owner} is in use by another thread; use one for each thread, or a lock.");
        return new(inside == 0 ? this : null);
    }

    /// <summary>A call under way.</summary>
    /// <param name="guard">What to leave; null for a nested call.</param>
    public readonly ref struct Call(SingleCaller? guard)
    {
        /// <summary>Ends the call.</summary>
        public void Dispose()
        {
            if (guard is not null) Volatile.Write(ref guard._thread, 0);
        }
    }
}
