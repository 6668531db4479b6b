using ManualVae.Compute.Simd;
using ManualVae.Models;
using ManualVae.Study;
using Xunit;

namespace ManualVae.Tests.Study;

public class StudyMemoryTests
{
    private const int Users = 24, Items = 20;

    private static readonly Dictionary<string, Action<Autoencoder, Population>> Studies = new()
    {
        ["anchors"] = (model, users) => AnchorStudy.Run(model, users, 1, 0.5, new() { Draws = 2 }),
        ["collapse"] = (model, users) => CollapseStudy.Run(model, users, new()),
        ["gradients"] = (model, users) => GradientStudy.Run(model, users, new() { Draws = 2 }),
        ["influence"] = (model, users) => InfluenceStudy.Run(model, users, new()),
        ["influence of all"] = (model, users) => InfluenceStudy.Run(model, users, new() { Part = InfluencePart.All }),
        ["lipschitz"] = (model, users) => LipschitzStudy.Run(model, users, new() { Pairs = 40, Masked = true, Draws = 2 }),
        ["masking"] = (model, users) => MaskingStudy.Run(model, users, new() { Pairs = 40, Draws = 2, Neighbours = 5 }),
        ["neighbours"] = (model, users) => NeighbourStudy.Run(model, users, new() { Neighbours = 5, Perplexity = 5 }),
        ["radius"] = (model, users) => RadiusStudy.Run(model, users, new() { Pairs = 40, Draws = 2 }),
        ["masked radius"] = (model, users) => RadiusStudy.Run(model, users, new() { Pairs = 40, Draws = 2, Masked = true }),
    };

    public static TheoryData<string> Names => [.. Studies.Keys];

    [Theory, MemberData(nameof(Names))]
    public void A_study_gives_back_all_memory_it_took(string name)
    {
        using var backend = new SimdBackend(2);
        var settings = StudyToys.Settings(8) with { Anchors = true };
        using var model = new Autoencoder(backend, settings, Items, 64, seed: 5, training: false);
        var users = StudyToys.Population(Users, Items);
        int before = backend.TensorCount;
        Studies[name](model, users);
        Assert.Equal(before, backend.TensorCount);
    }

    [Fact]
    public void The_gradient_suite_leaves_no_more_than_its_models()
    {
        var settings = StudyToys.Settings(8);
        using SimdBackend alone = new(1), backend = new(1);
        new Autoencoder(alone, settings, Items, 8, seed: 1).Dispose();
        Assert.Equal(3, GradientSuite.Model("toy", settings, new Objective(0.2), seed: 1, backend).Count());
        Assert.Equal(alone.TensorCount, backend.TensorCount);
    }
}
