using ManualVae.Compute;
using ManualVae.Models;
using ManualVae.Study;
using Xunit;

namespace ManualVae.Tests.Models;

/// <summary>The forward and backward pass of a whole model, as every member of the family must have it.</summary>
internal static class WholePass
{
    /// <summary>
    /// The backward pass differentiates the forward pass: each coordinate, and the order of the Taylor remainder.
    /// </summary>
    public static void AssertDifferentiates(
        string member, Autoencoder model, SparseBatch batch, RandomKey noise, Objective loss)
    {
        var problem = Differentiable.Of(model, batch, model.TrainingMask(3, 8), noise, loss);
        foreach (var error in GradientCheck.Coordinates(problem))
            Assert.True(error.Error < GradientCheck.Tolerance, $"{member}: {error}");
        Assert.InRange(GradientCheck.TaylorSlope(problem), 1.9, 2.1);
    }

    /// <summary>A step has the loss and the gradients of the same step elsewhere.</summary>
    /// <param name="member">For the message.</param>
    /// <param name="oracle">In double precision.</param>
    /// <param name="model">With the same weights, in single precision.</param>
    /// <param name="step">Takes a step and returns its loss.</param>
    public static void AssertSameStep(string member, Autoencoder oracle, Autoencoder model, Func<Autoencoder, double> step)
    {
        double expected = step(oracle), actual = step(model);
        Assert.Equal(expected, actual, 1e-5 * Math.Abs(expected));
        foreach (var parameter in oracle.Parameters.All.Where(p => !p.IsConstant))
        {
            double[] theirs = oracle.Backend.Values(parameter.Gradient),
                ours = model.Backend.Values(model.Parameters[parameter.Name].Gradient);
            double scale = theirs.Max(Math.Abs) + 1e-3;
            for (int i = 0; i < theirs.Length; i++)
                Assert.True(Math.Abs(theirs[i] - ours[i]) < 2e-4 * scale,
                    $"{member}: {parameter.Name}[{i}]: {theirs[i]} and {ours[i]}");
        }
    }
}
