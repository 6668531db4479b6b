using ManualVae.Data;
using ManualVae.Tools.Sweep;
using Xunit;

namespace ManualVae.Tests.Tools.Sweep;

/// <summary>Claims by files: one worker a run, dead ones are replaced.</summary>
public sealed class RunClaimTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5), Short = TimeSpan.FromMilliseconds(200);

    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_many_workers_that_race_one_gets_the_run()
    {
        for (int round = 0; round < 20; round++)
        {
            string run = $"run{round}";
            var claims = new RunClaim?[8];
            using var start = new Barrier(claims.Length);
            var threads = Enumerable.Range(0, claims.Length).Select(i => new Thread(() =>
            {
                var watch = new ClaimWatch(_folder.Path, Long);
                start.SignalAndWait();
                claims[i] = watch.TryTake(run);
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
            Assert.Single(claims, claim => claim is not null);
            foreach (var claim in claims) claim?.Dispose();
        }
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_run_is_free_again_once_it_was_given_back()
    {
        var watch = new ClaimWatch(_folder.Path, Long);
        var first = watch.TryTake("run");
        Assert.Null(watch.TryTake("run"));
        using (watch.TryTake("run2")) Assert.NotNull(first); // another run, though its name begins so
        first!.Dispose();
        using var second = watch.TryTake("run");
        Assert.NotNull(second);
    }

    [Theory]
    [InlineData("another-system 17 123 000000000005\n")]
    [InlineData("")] // damaged
    [InlineData("\0\0\u00ff damaged")]
    public void A_silent_worker_is_replaced_after_a_lease_and_not_before(string text)
    {
        _folder.Write("run.4.claim", text);
        var watch = new ClaimWatch(_folder.Path, Short);
        Assert.Null(watch.TryTake("run")); // seen for the first time
        Assert.True(Spin(() => watch.TryTake("run") is { } claim && claim.Lost.CanBeCanceled));
        Assert.True(File.Exists(_folder["run.5.claim"]));
    }

    [Fact]
    public void A_heart_that_beats_keeps_the_run()
    {
        using var claim = RunClaim.Take(_folder.Path, "run", 1, Long)!;
        string file = RunClaim.FileOf(_folder.Path, "run", 1), first = File.ReadAllText(file);
        var watch = new ClaimWatch(_folder.Path, Short);
        for (int i = 0; i < 5; i++)
        {
            Assert.Null(watch.TryTake("run"));
            claim.Beat();
            Assert.NotEqual(first, File.ReadAllText(file));
            Assert.Equal(first.Length, File.ReadAllText(file).Length);
        }
        Assert.False(claim.Lost.IsCancellationRequested);
    }

    [Fact]
    public void Who_was_replaced_notices_and_removes_nothing()
    {
        var slow = RunClaim.Take(_folder.Path, "run", 1, Long)!;
        using var next = RunClaim.Take(_folder.Path, "run", 2, Long);
        Assert.NotNull(next);
        Assert.Null(RunClaim.Take(_folder.Path, "run", 2, Long));
        slow.Beat();
        Assert.True(slow.Lost.IsCancellationRequested);
        slow.Dispose();
        Assert.Equal(2, RunClaim.Highest(_folder.Path, "run"));
    }

    [Fact]
    public void A_process_of_this_system_that_is_gone_is_replaced_at_once()
    {
        Assert.False(WorkerIdentity.IsGone(WorkerIdentity.Own + " 000000000001\n"));
        if (WorkerIdentity.Own.StartsWith("- ", StringComparison.Ordinal)) return; // no Linux
        string[] own = WorkerIdentity.Own.Split(' ');
        _folder.Write("run.1.claim", $"{own[0]} {own[1]} 1 000000000001\n"); // its number is another's now
        using var claim = new ClaimWatch(_folder.Path, Long).TryTake("run");
        Assert.NotNull(claim);
    }

    [Fact]
    public void A_folder_that_is_none_is_named()
    {
        string file = _folder.Write("file", "");
        Assert.Contains("cannot be written", Assert.Throws<InputException>(() => RunClaim.Take(file, "run", 1, Long)).Message,
            StringComparison.Ordinal);
    }

    private static bool Spin(Func<bool> holds) => SpinWait.SpinUntil(holds, TimeSpan.FromSeconds(20));
}
