using ManualVae.Tools.Serve;
using Xunit;

namespace ManualVae.Tests.Tools.Serve;

[Collection(nameof(CommandLine))]
public sealed class ServeReloadTests(ServedRuns runs) : IClassFixture<ServedRuns>
{
    [Fact]
    public async Task A_new_run_takes_over_under_load_and_no_request_is_dropped()
    {
        string served = Copy("vae", "served");
        await using var service = await ServedRuns.Start(null, served);
        using var client = service.Client();
        var model = service.Models[0];
        string old = (await client.Post("/recommend", """{"user": 1}""")).Json.ToString();
        string next = await Expected("ease");
        Assert.NotEqual(old, next);

        using var end = new CancellationTokenSource();
        using var begun = new CountdownEvent(8);
        var load = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            int count = 0;
            for (; !end.IsCancellationRequested; count++)
            {
                var answer = await client.Post("/recommend", """{"user": 1}""");
                Assert.Equal(200, answer.Status);
                Assert.Contains(answer.Json.ToString(), new[] { old, next });
                if (count == 0) begun.Signal();
            }
            return count;
        })).ToArray();
        Assert.True(begun.Wait(TimeSpan.FromSeconds(30)));
        var generations = new List<Generation>();
        for (int round = 0; round < 6; round++)
        {
            generations.Add(model.Current);
            Copy(round % 2 == 0 ? "ease" : "vae", "served");
            await model.Look(); // the files have changed
            await model.Look(); // and then no more
            Assert.NotSame(generations[^1], model.Current);
        }
        await end.CancelAsync();
        Assert.All(await Task.WhenAll(load), count => Assert.True(count > 1));
        await Task.WhenAll(generations.Select(generation => generation.Closed)).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(old, (await client.Post("/recommend", """{"user": 1}""")).Json.ToString());

        async Task<string> Expected(string run)
        {
            await using var other = await ServedRuns.Start(null, runs[run]);
            using var asking = other.Client();
            return (await asking.Post("/recommend", """{"user": 1}""")).Json.ToString();
        }
    }

    [Fact]
    public async Task A_broken_run_leaves_the_old_one_in_service_until_it_is_repaired()
    {
        string served = Copy("vae", "fragile");
        await using var service = await ServedRuns.Start(null, served);
        using var client = service.Client();
        string expected = (await client.Post("/recommend", """{"user": 1}""")).Json.ToString();
        var (model, first) = (service.Models[0], service.Models[0].Current);
        File.WriteAllText(Path.Combine(served, "best.ckpt"), "not a checkpoint");
        await model.Look();
        await model.Look();
        Assert.Same(first, model.Current);
        Assert.Equal(expected, (await client.Post("/recommend", """{"user": 1}""")).Json.ToString());
        Assert.Contains("manualvae_reloads_total{run=\"fragile\",result=\"failed\"} 1",
            await client.GetStringAsync(new Uri("/metrics", UriKind.Relative)));
        Copy("ease", "fragile");
        await model.Look();
        Assert.Same(first, model.Current); // a file changed since the last look
        await model.Look();
        Assert.NotSame(first, model.Current);
        Assert.Equal("ease", model.Current.Recommender.Model);
    }

    [Fact]
    public async Task Nothing_is_loaded_where_nothing_changed_but_when_it_is_asked_for()
    {
        await using var service = await runs.Start();
        var first = service.Models[0].Current;
        await service.Models[0].Look();
        await service.Models[0].Look();
        Assert.Same(first, service.Models[0].Current);
        await service.Reload();
        Assert.NotSame(first, service.Models[0].Current);
        await first.Closed.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task The_folder_is_watched()
    {
        string served = Copy("vae", "watched");
        await using var service = await ServedRuns.Start(null, served);
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var watch = service.Watch(0.02, end.Token);
        Copy("ease", "watched");
        while (service.Models[0].Current.Recommender.Model != "ease" && !end.IsCancellationRequested) await Task.Delay(20);
        Assert.Equal("ease", service.Models[0].Current.Recommender.Model);
        await end.CancelAsync();
        await watch;
    }

    private string Copy(string run, string to)
    {
        Directory.CreateDirectory(runs[to]);
        foreach (string file in Directory.GetFiles(runs[to])) File.Delete(file);
        foreach (string file in Directory.GetFiles(runs[run])) File.Copy(file, Path.Combine(runs[to], Path.GetFileName(file)));
        return runs[to];
    }
}
