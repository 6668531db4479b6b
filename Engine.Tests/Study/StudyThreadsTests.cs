using System.Text.Json;
using System.Text.Json.Serialization;
using ManualVae.Compute;
using ManualVae.Models;
using ManualVae.Study;
using Xunit;

namespace ManualVae.Tests.Study;

public class StudyThreadsTests
{
    private static readonly JsonSerializerOptions Exact =
        new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    [Fact]
    public async Task The_same_seeds_give_the_same_digits_on_any_number_of_threads()
    {
        // One study thread and one backend thread, against as many as there are and three.
        string one = await Task.Factory.StartNew(
            () => Everything(1), CancellationToken.None, TaskCreationOptions.None,
            new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, 1).ExclusiveScheduler);
        Assert.Equal(one, Everything(2));
        Assert.Equal(one, Everything(3));
    }

    private static string Everything(int threads)
    {
        const int users = 40, items = 24;
        var clicks = StudyToys.TwoGroups(users, items);
        using var backend = Backends.Create("simd", threads);
        var settings = StudyToys.Settings(8) with { Anchors = true };
        using var model = new Autoencoder(backend, settings, items, 64, seed: 5, training: false);
        var population = Population.Sample(clicks, users, 1);
        var radius = RadiusStudy.Run(model, population, new RadiusOptions { Pairs = 120, Draws = 2 });
        return JsonSerializer.Serialize(new object[]
        {
            radius,
            RadiusStudy.Run(model, population, new() { Pairs = 60, Draws = 2, Masked = true }),
            GradientStudy.Run(model, population, new() { Draws = 2, Objective = new(0.2, 1) }),
            InfluenceStudy.Run(model, population, new()).Matrix,
            InfluenceStudy.Run(
                model, population, new() { Part = InfluencePart.All, Masked = true, Objective = new(0.2, 1) }).Matrix,
            MaskingStudy.Run(model, population, new() { Pairs = 40, Draws = 3, Neighbours = 5 }),
            CollapseStudy.Run(model, population, new()),
            LipschitzStudy.Run(model, population, new() { Pairs = 60, Duplicates = 10 }),
            LipschitzStudy.Run(model, population, new() { Pairs = 60, Duplicates = 10, Masked = true, Draws = 2 }),
            AnchorStudy.Run(model, population, 1, 0.5, new() { Draws = 3 }),
            NeighbourStudy.Run(model, population, new() { Neighbours = 5, Perplexity = 5 }),
            CohortStudy.Run(model, population, new() { Sizes = [3, 6, 9], Pairs = 40 }),
            CompromiseGap.Overlap(population, PosteriorEncoder.Encode(model, population, InputMask.Clean), 0, 1, 20, 1),
        }, Exact);
    }
}
