using ManualVae.Serving;
using ManualVae.Tools.Serve;
using Xunit;

namespace ManualVae.Tests.Tools.Serve;

public sealed class DispatcherTests : IDisposable
{
    private readonly ManualResetEventSlim _go = new();
    private readonly TaskCompletionSource _atWork = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<int> _batches = [];

    public void Dispose() => _go.Dispose();

    [Fact]
    public async Task Queries_that_wait_are_answered_together_each_with_its_own_answer()
    {
        await using var dispatcher = New();
        var first = dispatcher.Ask([Query("first")], default);
        await _atWork.Task; // from now on others wait for the next batch
        var waiting = Enumerable.Range(0, 5).Select(i => dispatcher.Ask([Query($"{i}a"), Query($"{i}b")], default)).ToArray();
        _go.Set();
        Assert.Equal("first", Assert.Single(await first).User);
        foreach (var (i, answer) in (await Task.WhenAll(waiting)).Index())
            Assert.Equal([$"{i}a", $"{i}b"], answer.Select(a => a.User));
        await dispatcher.DisposeAsync();
        Assert.Equal([1, 8, 2], _batches); // 8 is full
        Assert.Equal(0, dispatcher.Waiting);
    }

    [Fact]
    public async Task What_one_request_does_wrong_is_no_others_fault()
    {
        await using var dispatcher = New();
        var first = dispatcher.Ask([Query("first")], default);
        await _atWork.Task; // from now on others wait for the next batch
        var (good, bad) = (dispatcher.Ask([Query("good")], default), dispatcher.Ask([Query("bad")], default));
        _go.Set();
        Assert.Equal("good", (await good)[0].User);
        await Assert.ThrowsAsync<InvalidOperationException>(() => bad);
        Assert.Equal("first", (await first)[0].User);
        Assert.Equal("next", (await dispatcher.Ask([Query("next")], default))[0].User);
    }

    [Fact]
    public async Task Too_many_are_refused_and_those_that_gave_up_are_not_answered()
    {
        await using var dispatcher = New();
        var first = dispatcher.Ask([Query("first")], default);
        await _atWork.Task; // from now on others wait for the next batch
        using var patience = new CancellationTokenSource();
        var impatient = dispatcher.Ask([.. Enumerable.Repeat(Query("impatient"), 18)], patience.Token);
        var last = dispatcher.Ask([Query("last")], default); // 20 are in
        var refused = await Assert.ThrowsAsync<RequestException>(() => dispatcher.Ask([Query("refused")], default));
        Assert.Equal(503, refused.Status);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        _go.Set();
        await Task.WhenAll(first, last);
        await dispatcher.DisposeAsync();
        Assert.Equal([1, 1], _batches);
    }

    private static Query Query(string user) => new() { User = user };

    private Dispatcher New() => new(queries =>
    {
        _atWork.TrySetResult();
        _go.Wait();
        return queries.Any(query => query.User == "bad") ? throw new InvalidOperationException()
            : [.. queries.Select(query => new Recommendations(query.User, [], [], [], false))];
    }, batch: 8, most: 20, _batches.Add);
}
