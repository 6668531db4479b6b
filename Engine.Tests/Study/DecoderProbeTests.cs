using ManualVae.Compute;
using ManualVae.Models;
using ManualVae.Study;
using Xunit;

namespace ManualVae.Tests.Study;

public class DecoderProbeTests
{
    private const int Items = 13, Draws = 3;

    public static TheoryData<int[], LikelihoodKind> Shapes => new()
    {
        { [], LikelihoodKind.Multinomial }, { [7], LikelihoodKind.Multinomial }, { [6, 5], LikelihoodKind.Multinomial },
        { [7], LikelihoodKind.Logistic }, { [7], LikelihoodKind.Gaussian },
    };

    [Theory, MemberData(nameof(Shapes))]
    public void A_step_on_one_user_changes_anothers_loss_as_if_the_weights_had_been_moved(int[] hidden, LikelihoodKind likelihood)
    {
        using var model = StudyToys.Model(StudyToys.Settings(hidden) with { Likelihood = likelihood }, Items, spread: 2);
        var population = StudyToys.Population(6, Items);
        using var probe = new DecoderProbe(model, population);
        var (users, others, z, y) = Rows();
        var u = probe.At(users, z);
        var v = probe.At(others, y);
        const double step = 0.05;
        var change = probe.StepChange(u, v, Draws, step);
        for (int pair = 0; pair < 3; pair++)
        {
            double before = Enumerable.Range(0, Draws).Average(s => u.Losses[pair * Draws + s]);
            var kept = Move(model, v, pair, step);
            var moved = probe.At(users, z);
            double after = Enumerable.Range(0, Draws).Average(s => moved.Losses[pair * Draws + s]);
            foreach (var (parameter, values) in kept) model.Backend.Upload(values, parameter.Value);
            Assert.Equal(after - before, change[pair], 1e-10);
            Assert.True(Math.Abs(change[pair]) > 1e-4);
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void First_order_prediction_errs_by_the_square_of_the_step(int[] hidden, LikelihoodKind likelihood)
    {
        using var model = StudyToys.Model(StudyToys.Settings(hidden) with { Likelihood = likelihood }, Items, spread: 2);
        using var probe = new DecoderProbe(model, StudyToys.Population(6, Items));
        var (users, others, z, y) = Rows();
        var (u, v) = (probe.At(users, z), probe.At(others, y));
        for (int pair = 0; pair < 3; pair++)
        {
            double slope = u.Dot(pair * Draws, v, pair * Draws, Draws);
            double Error(double step) => Math.Abs(probe.StepChange(u, v, Draws, step)[pair] + step * slope);
            // Also where the change is 1e-12 of the loss: no loss is ever subtracted from another.
            Assert.InRange(Math.Log2(Error(1e-3) / Error(5e-4)), 1.9, 2.1);
            Assert.InRange(Math.Log2(Error(1e-5) / Error(5e-6)), 1.9, 2.1);
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Distances_and_mismatch_equal_those_of_written_out_gradients(int[] hidden, LikelihoodKind likelihood)
    {
        using var model = StudyToys.Model(StudyToys.Settings(hidden) with { Likelihood = likelihood }, Items, spread: 2);
        using var probe = new DecoderProbe(model, StudyToys.Population(6, Items));
        var (users, others, z, y) = Rows();
        var (u, v, cross) = (probe.At(users, z), probe.At(others, y), probe.At(users, y));
        for (int pair = 0; pair < 3; pair++)
        {
            int at = pair * Draws;
            double[] gu = Dense(u, at), gv = Dense(v, at), gx = Dense(cross, at);
            Assert.Equal(gu.Zip(gv, (a, b) => a * b).Sum(), u.Dot(at, v, at, Draws), 1e-9);
            Assert.Equal(Math.Sqrt(gx.Zip(gv, (a, b) => (a - b) * (a - b)).Sum()), cross.MismatchNorm(at, v, at, Draws), 1e-9);
            double[] single = Dense(u, at, 1), other = Dense(cross, at, 1);
            Assert.Equal(single.Zip(other, (a, b) => (a - b) * (a - b)).Sum(), u.SquaredDistance(at, cross, at), 1e-9);
        }
    }

    private static (int[] Users, int[] Others, double[] Z, double[] Y) Rows()
    {
        int[] users = new int[3 * Draws], others = new int[3 * Draws];
        double[] z = new double[users.Length * 3], y = new double[z.Length];
        for (int row = 0; row < users.Length; row++) (users[row], others[row]) = (row / Draws, 3 + row / Draws);
        for (int i = 0; i < z.Length; i++)
        {
            z[i] = CounterRandom.Normal(new(1, 1, RandomPurpose.Study), 0, (uint)i);
            y[i] = CounterRandom.Normal(new(1, 1, RandomPurpose.Study), 1, (uint)i);
        }
        return (users, others, z, y);
    }

    private static double[] Dense(DecoderGradients gradients, int first, int draws = Draws)
    {
        var all = new List<double>();
        foreach (var layer in gradients.Layers)
        {
            var dense = new double[layer.ParameterCount];
            for (int s = 0; s < draws; s++) layer.AddTo(first + s, 1.0 / draws, dense);
            all.AddRange(dense);
        }
        return [.. all];
    }

    private static List<(Parameter, double[])> Move(Autoencoder model, DecoderGradients v, int pair, double step)
    {
        var kept = new List<(Parameter, double[])>();
        foreach (var layer in v.Layers)
        {
            var gradient = new double[layer.ParameterCount];
            for (int s = 0; s < Draws; s++) layer.AddTo(pair * Draws + s, 1.0 / Draws, gradient);
            int offset = 0;
            foreach (string name in new[] { "weight", "bias" })
            {
                var parameter = model.Parameters[$"{layer.Name}.{name}"];
                var values = StudyToys.Host(model.Backend, parameter.Value);
                kept.Add((parameter, values));
                model.Backend.Upload([.. values.Select((w, i) => w - step * gradient[offset + i])], parameter.Value);
                offset += values.Length;
            }
        }
        return kept;
    }
}
