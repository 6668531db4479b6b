using System.Threading.Channels;
using ManualVae.Serving;

namespace ManualVae.Tools.Serve;

/// <summary>
/// Answers queries that wait at the same time in one pass of the model: while a pass runs the next queries gather, so batches
/// grow with the load and a lone query never waits for company.
/// </summary>
internal sealed class Dispatcher : IAsyncDisposable
{
    private readonly Func<IReadOnlyList<Query>, IReadOnlyList<Recommendations>> _recommend;
    private readonly Channel<Pending> _queue = Channel.CreateUnbounded<Pending>();
    private readonly int _batch, _most;
    private readonly Action<int> _observe;
    private readonly Task _consumer;
    private int _waiting;

    /// <summary>Starts.</summary>
    /// <param name="recommend">Answers queries together.</param>
    /// <param name="batch">Queries after which a batch takes no more requests.</param>
    /// <param name="most">Most queries that may wait.</param>
    /// <param name="observe">Takes the number of queries of each batch.</param>
    public Dispatcher(Func<IReadOnlyList<Query>, IReadOnlyList<Recommendations>> recommend, int batch, int most,
        Action<int> observe)
    {
        (_recommend, _batch, _most, _observe) = (recommend, batch, most, observe);
        _consumer = Task.Run(Consume);
    }

    /// <summary>Queries that wait or are being answered.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Answers the queries of one request.</summary>
    /// <exception cref="RequestException">503: too many wait.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<IReadOnlyList<Recommendations>> Ask(IReadOnlyList<Query> queries, CancellationToken cancellation)
    {
        if (Interlocked.Add(ref _waiting, queries.Count) > _most)
        {
            Interlocked.Add(ref _waiting, -queries.Count);
            throw RequestException.Busy();
        }
        var pending = new Pending(queries, cancellation);
        ObjectDisposedException.ThrowIf(!_queue.Writer.TryWrite(pending), this);
        return await pending.Answer.Task.WaitAsync(cancellation);
    }

    /// <summary>Answers what waits, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _consumer;
    }

    private async Task Consume()
    {
        var batch = new List<Pending>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            int count = 0;
            while (count < _batch && _queue.Reader.TryRead(out var pending))
                if (pending.Cancellation.IsCancellationRequested) Interlocked.Add(ref _waiting, -pending.Queries.Count);
                else
                {
                    batch.Add(pending);
                    count += pending.Queries.Count;
                }
            if (count == 0) continue;
            Answer(batch);
            Interlocked.Add(ref _waiting, -count);
            _observe(count);
            batch.Clear();
        }
    }

    private void Answer(IReadOnlyList<Pending> batch)
    {
        try
        {
            var answers = _recommend([.. batch.SelectMany(pending => pending.Queries)]);
            int done = 0;
            foreach (var pending in batch)
            {
                pending.Answer.TrySetResult([.. answers.Skip(done).Take(pending.Queries.Count)]);
                done += pending.Queries.Count;
            }
        }
        catch (Exception) when (batch.Count > 1)
        {
            foreach (var pending in batch) Answer([pending]); // what one request does wrong is no other's fault
        }
        catch (Exception problem)
        {
            batch[0].Answer.TrySetException(problem);
        }
    }

    private sealed record Pending(IReadOnlyList<Query> Queries, CancellationToken Cancellation)
    {
        public TaskCompletionSource<IReadOnlyList<Recommendations>> Answer { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
