using ManualVae.Compute.Reference;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Study;
using Xunit;

namespace ManualVae.Tests.Study;

public class RadiusStudyTests
{
    private const int Items = 24, Users = 40;
    private static readonly RadiusOptions Options = new() { Pairs = 400, Draws = 3, Seed = 7 };

    private static RadiusResult Run(RadiusOptions options, AutoencoderSettings? settings = null, int batch = 64)
    {
        var clicks = StudyToys.TwoGroups(Users, Items, own: 0.9, other: 0.03);
        using var trained = StudyToys.Trained(settings ?? StudyToys.Settings(8), clicks, 10, beta: 0.1);
        using var model = new Autoencoder(new ReferenceBackend(), trained.Settings, Items, batch, 1, training: false);
        foreach (var parameter in trained.Parameters.All)
            model.Backend.Upload(StudyToys.Host(trained.Backend, parameter.Value), model.Parameters[parameter.Name].Value);
        return RadiusStudy.Run(model, Population.Sample(clicks, Users, 1), options);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Inside_the_radius_every_step_helps_and_prediction_errs_by_the_square_of_the_step(bool masked)
    {
        var result = Run(Options with { Masked = masked });
        Assert.Equal(400, result.Pairs.Count);
        Assert.True(result.InsideOwnPairs > 0);
        Assert.InRange(result.Helps.Value, 0.1, 0.9); // an implication that says something: many pairs do not help
        Assert.Equal(0, result.Violations);
        Assert.Equal(0, result.OwnViolations);
        Assert.InRange(result.RemainderSlope, 1.95, 2.05);
        Assert.True(result.Orders[^1].SignAgreement > 0.98);
        foreach (var pair in result.Pairs)
        {
            Assert.True(pair.W1Low <= pair.W1High + 1e-12);
            // The theorem's inequality itself, to first order: L_u falls by at least step ||g_u|| (||g_u|| - L W1 - Delta_x).
            double bound = pair.NormU * (pair.NormU - result.Lipschitz * pair.W1High - pair.Mismatch), step = result.Step / 8;
            Assert.True(-pair.CoupledChange / step >= bound - 0.01 * pair.NormU * pair.NormU);
        }
    }

    [Fact]
    public void Help_decays_with_distance_between_the_groups_and_the_control_does_not()
    {
        var result = Run(Options);
        Assert.True(result.CosineDecay.High < -0.1, result.CosineDecay.ToString());
        Assert.True(result.ByKind[0].Cosine.Low > result.ByKind[^1].Cosine.High, "near users' gradients are more alike");
        Assert.InRange(result.ShuffledDecay.Value, -0.15, 0.15);
    }

    [Fact]
    public void Results_do_not_depend_on_the_batch_nor_on_threads()
    {
        var whole = Run(Options);
        var blocks = Run(Options, batch: 7);
        for (int i = 0; i < whole.Pairs.Count; i++)
        {
            Assert.Equal(whole.Pairs[i].Pair, blocks.Pairs[i].Pair);
            // The step follows from a median over a block, so only what does not depend on the step is equal to the bit.
            Assert.Equal(whole.Pairs[i].InnerProduct, blocks.Pairs[i].InnerProduct);
            Assert.Equal(whole.Pairs[i].Mismatch, blocks.Pairs[i].Mismatch);
        }
        Assert.Equal(whole.HelpDecay, Run(Options).HelpDecay);
    }

    [Fact]
    public void Weights_undo_the_stratification()
    {
        var clicks = StudyToys.TwoGroups(Users, Items);
        var population = Population.Sample(clicks, Users, 1);
        var pairs = PairSampler.Sample(population, (u, v) => Math.Abs(u - v), 300, 5);
        Assert.Equal(300, pairs.Length);
        Assert.Equal(300, pairs.Select(p => (p.U, p.V)).Distinct().Count());
        Assert.Equal(Users * (Users - 1.0), pairs.Sum(p => p.Weight), 6);
        double mean = pairs.Sum(p => p.Weight * p.Distance) / pairs.Sum(p => p.Weight), truth = (Users + 1) / 3.0;
        Assert.InRange(mean, truth - 0.5, truth + 0.5);
    }

    [Fact]
    public void Bad_requests_get_one_line()
    {
        var population = Population.Sample(StudyToys.TwoGroups(Users, Items), Users, 1);
        static void Refused(string expected, Action request) =>
            Assert.Contains(expected, Assert.Throws<InputException>(request).Message);
        Refused("Pairs 0", () => PairSampler.Sample(population, (_, _) => 1, 0, 1));
        Refused("only 1560", () => PairSampler.Sample(population, (_, _) => 1, 1561, 1));
        Refused("only 40", () => Population.Sample(population.Clicks, 41, 1));
        Refused("VAE", () => Run(Options, StudyToys.Settings(8) with { Variational = false }));
    }
}
