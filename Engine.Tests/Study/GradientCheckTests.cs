using ManualVae.Compute.Cases;
using ManualVae.Compute.Reference;
using ManualVae.Study;
using Xunit;

namespace ManualVae.Tests.Study;

public class GradientCheckTests
{
    public static TheoryData<string> Operations => [.. OperationCases.Awkward().Select(c => c.Operation).Distinct()];

    [Theory, MemberData(nameof(Operations))]
    public void Every_backward_pass_differentiates_its_forward_pass(string operation)
    {
        foreach (var test in OperationCases.Awkward().Where(c => c.Operation == operation))
        {
            var run = test.Prepare(new ReferenceBackend());
            if (run.Backward is null) continue;
            foreach (var error in GradientCheck.Coordinates(Differentiable.Of(test, run), coordinates: 20))
                Assert.True(error.Error < GradientCheck.Tolerance, $"{test}: {error}");
        }
    }

    [Theory]
    [InlineData(-1)] // a wrong sign
    [InlineData(2)] // a missing one half
    [InlineData(0.999)] // a small bias
    public void A_broken_backward_pass_fails(double factor)
    {
        var test = OperationCases.StandardKl(5, 7);
        var run = test.Prepare(new ReferenceBackend());
        var broken = Differentiable.Of(test, run);
        broken = broken with
        {
            Gradient = () =>
            {
                run.Forward();
                run.ZeroGradients();
                run.Backward!();
                run.Backend.Add(run.Inputs[0].Gradient, factor - 1, run.Inputs[0].Gradient);
            },
        };
        Assert.True(GradientCheck.Coordinates(broken).Max(e => e.Error) > 100 * GradientCheck.Tolerance);
        Assert.InRange(GradientCheck.TaylorSlope(broken), 0.5, 1.85);
    }

    [Fact]
    public void The_Taylor_slope_of_a_correct_gradient_is_two()
    {
        var test = OperationCases.Linear(ManualVae.Compute.Activation.Tanh, 9, 31, 17);
        var run = test.Prepare(new ReferenceBackend());
        Assert.InRange(GradientCheck.TaylorSlope(Differentiable.Of(test, run)), 1.9, 2.1);
    }
}
