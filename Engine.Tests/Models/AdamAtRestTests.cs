using ManualVae.Compute;
using ManualVae.Models;
using Xunit;

namespace ManualVae.Tests.Models;

public class AdamAtRestTests
{
    /// <summary>Against Adam with gradients of 0, update by update, at rates that change; eps counts for little here.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(7, 30)]
    [InlineData(2, 255)]
    [InlineData(5, 256)]
    [InlineData(40, 700)]
    public void A_rest_of_some_updates_is_what_they_do_one_by_one(int before, int updates)
    {
        const long start = 3;
        AdamStep StepOf(long number) => new(0.01 / (1 + number % 5), number);
        var rest = new AdamAtRest(start);
        double[] w = [1, -2, 0.5], m = [0.3, -0.01, 0], v = [0.2, 0.04, 0];
        double[] weights = [.. w], first = [.. m], second = [.. v];
        for (long number = start + 1; number <= start + before + updates; number++)
        {
            var step = StepOf(number);
            rest.Add(step);
            if (number <= start + before) continue;
            for (int i = 0; i < w.Length; i++)
            {
                (m[i], v[i]) = (step.Beta1 * m[i], step.Beta2 * v[i]);
                w[i] -= step.CorrectedRate * m[i] / (Math.Sqrt(v[i]) + step.Epsilon);
            }
        }
        rest.Since(start + before).Apply(1e-8, weights, first, second);
        for (int i = 0; i < w.Length; i++)
        {
            Assert.Equal(w[i], weights[i], 1e-7);
            Assert.Equal(m[i], first[i], 1e-11);
            Assert.Equal(v[i], second[i], 1e-12);
        }
        Assert.Equal(AdamRest.None, rest.Since(rest.Done));
    }
}
