namespace ManualVae.Models;

/// <summary>Lets one thread in at a time; a second one gets an exception instead of a wrong result.</summary>
/// <param name="owner">Who is guarded; begins the message.</param>
internal sealed class SingleCaller(string owner)
{
    private int _inside;

    /// <summary>Enters; disposing of the result leaves.</summary>
    /// <exception cref="InvalidOperationException">Another call has not ended yet.</exception>
    internal Call Enter() => Interlocked.Exchange(ref _inside, 1) == 0
        ? new(this)
        : throw new InvalidOperationException($"{owner} is in use by another thread; use one model for each thread, or a lock.");

    internal readonly ref struct Call(SingleCaller guard)
    {
        public void Dispose() => Volatile.Write(ref guard._inside, 0);
    }
}
