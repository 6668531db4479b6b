using ManualVae.Compute;
using ManualVae.Study;
using Xunit;

namespace ManualVae.Tests.Study;

public class RadiusPartTests
{
    private const int Items = 13, Users = 12, Draws = 3;

    private static RadiusResult Run(int points, params int[] hidden)
    {
        using var model = StudyToys.Model(StudyToys.Settings(hidden), Items, spread: 3);
        var options = new RadiusOptions { Pairs = 100, Draws = Draws, SegmentPoints = points };
        return RadiusStudy.Run(model, StudyToys.Population(Users, Items), options);
    }

    [Fact]
    public void Each_layer_has_the_theorem_of_its_own_and_the_decoder_that_of_all()
    {
        var result = Run(2, 7, 5);
        foreach (var pair in result.Pairs)
        {
            Assert.Equal(["decoder", "decoder.0", "decoder.1", "decoder.2"], pair.Parts.Select(part => part.Name));
            var (whole, layers) = (pair.Parts[0], pair.Parts.Skip(1).ToArray());
            Assert.Equal(whole.NormU * whole.NormU, layers.Sum(l => l.NormU * l.NormU), 9);
            Assert.Equal(whole.Mismatch * whole.Mismatch, layers.Sum(l => l.Mismatch * l.Mismatch), 9);
            Assert.Equal(whole.InnerProduct, layers.Sum(l => l.InnerProduct), 9);
            Assert.Equal((pair.NormU, pair.Mismatch, pair.PairLipschitz), (whole.NormU, whole.Mismatch, whole.OwnLipschitz));
            Assert.All(pair.Parts, part =>
            {
                Assert.True(part.SegmentLipschitz >= part.OwnLipschitz * (1 - 1e-12));
                Assert.True(part.OwnLipschitz <= whole.OwnLipschitz * (1 + 1e-12), "a layer changes no faster than all of them");
                // The theorem to first order, exact for the draws: <g_u, g_v> >= ||g_u|| (||g_u|| - L W1 - Delta_x).
                Assert.True(part.InnerProduct >= part.Bound(part.OwnLipschitz, pair.W1High) - 1e-9);
            });
        }
        Assert.Contains(result.Pairs, pair => pair.SegmentLipschitz > 1.02 * pair.PairLipschitz);
    }

    [Fact]
    public void Without_points_between_the_ends_the_segment_says_what_they_say() =>
        Assert.All(Run(0, 7).Pairs, pair => Assert.Equal(pair.PairLipschitz, pair.SegmentLipschitz));

    [Fact]
    public void The_output_layers_quantities_have_the_closed_form_of_the_multinomial_loss()
    {
        // dL/dW = r h', dL/db = r with r = N pi - x: <g_u, g_v> = <r_u, r_v> (<h_u, h_v> + 1).
        using var toy = StudyToys.Toy("inside");
        var result = RadiusStudy.Run(toy.Model, toy.Users, new() { Pairs = 40, Draws = 1 });
        var posteriors = PosteriorEncoder.Encode(toy.Model, toy.Users, InputMask.Clean);
        double[] Weights(string name) => StudyToys.Host(toy.Model.Backend, toy.Model.Parameters[name].Value);
        double[] first = Weights("decoder.0.weight"), last = Weights("decoder.1.weight");
        (double[] H, double[] R) At(int codeOf, int clicksOf)
        {
            var (z, noise) = (new double[2], new double[2]);
            Posteriors.Noise(-1, 0, 1, noise);
            posteriors.Sample(codeOf, noise, z);
            double[] h = [.. Enumerable.Range(0, 4).Select(j => Math.Tanh(first[2 * j] * z[0] + first[2 * j + 1] * z[1]))];
            double[] odds = [.. Enumerable.Range(0, toy.Data.ItemCount)
                .Select(i => Math.Exp(Enumerable.Range(0, 4).Sum(j => last[4 * i + j] * h[j])))];
            int[] clicks = toy.Users.Items(clicksOf).ToArray();
            return (h, [.. odds.Select((o, i) => clicks.Length * o / odds.Sum() - (clicks.Contains(i) ? 1 : 0))]);
        }
        foreach (var pair in result.Pairs)
        {
            var (u, v) = (pair.Pair.U, pair.Pair.V);
            var ((hu, ru), (hv, rv), (_, rx)) = (At(u, u), At(v, v), At(v, u));
            var output = pair.Parts[^1];
            Assert.Equal(Math.Sqrt(Dot(ru, ru) * (Dot(hu, hu) + 1)), output.NormU, 9);
            Assert.Equal(Dot(ru, rv) * (Dot(hu, hv) + 1), output.InnerProduct, 9);
            double[] mismatch = [.. rx.Zip(rv, (a, b) => a - b)];
            Assert.Equal(Math.Sqrt(Dot(mismatch, mismatch) * (Dot(hv, hv) + 1)), output.Mismatch, 9);
        }

        static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();
    }

    [Fact]
    public void The_largest_certain_step_of_a_parabola_is_the_one_by_hand()
    {
        // L_u(eta) - L_u = -3 eta + 2 eta^2: <g_u, g_v> = 3 and S ||g_v||^2 = 4. A bound of 2 allows eta < 2 * 2 / 4 = 1.
        var part = new RadiusPart("decoder", 2, 2, 3, 0, 1, 1);
        double[] Change(double[] steps) => [.. steps.Select(eta => -3 * eta + 2 * eta * eta)];
        var found = CertainStep.Find(Change, [part, part], [2, -1], first: 0.1);
        Assert.Null(found[1]);
        Assert.Equal(1, found[0]!.Smoothness, 9); // S = 4 / ||g_v||^2
        Assert.Equal(0.99, found[0]!.Step, 9);
        Assert.Equal(-3 * 0.99 + 2 * 0.99 * 0.99, found[0]!.Change, 9);
    }

    [Fact]
    public void A_loss_that_bends_more_farther_out_gets_a_shorter_step()
    {
        // -3 eta + eta^2 + 8 eta^3: near 0 a curvature of 2 would allow eta = 2, where the loss rises by 62.
        var part = new RadiusPart("decoder", 1, 1, 3, 0, 1, 1);
        double[] Change(double[] steps) => [.. steps.Select(eta => -3 * eta + eta * eta + 8 * eta * eta * eta)];
        var found = CertainStep.Find(Change, [part], [2], first: 0.001)[0]!;
        Assert.True(found.Step < 0.6);
        Assert.True(found.Change < 0);
    }

    [Fact]
    public void Without_curvature_the_step_that_was_tried_stays()
    {
        var part = new RadiusPart("decoder", 1, 1, 3, 0, 1, 1);
        var found = CertainStep.Find(steps => [.. steps.Select(eta => -3 * eta)], [part], [2], first: 0.1)[0]!;
        Assert.Equal((0.0, 0.1), (found.Smoothness, found.Step));
        Assert.Equal(-0.3, found.Change, 12);
    }
}
