using ManualVae.Compute;
using ManualVae.Compute.Cases;
using ManualVae.Compute.Simd;
using Xunit;

namespace ManualVae.Tests.Compute;

/// <summary>An operation that writes outside its tensors is found, and named.</summary>
public class GuardElementTests
{
    private const int Rows = 2, Columns = 3;

    [Theory]
    [InlineData("y", -1, "before y")]
    [InlineData("y", Rows * Columns, "after y")]
    [InlineData("y", Rows * Columns + 700, "after y")]
    [InlineData("d x", -5, "before d x")]
    [InlineData("d x", Rows * Columns, "after d x")]
    [InlineData("x", Rows * Columns, "after x")]
    [InlineData("scratch", Rows * Columns, "after scratch")]
    public void An_element_written_outside_a_tensor_is_found_in_both_passes(string tensor, int element, string place)
    {
        using var backend = new SimdBackend(1);
        Assert.Equal($"planted 2x3 on simd: the forward pass wrote {place}.", Run(forward: true));
        Assert.Equal($"planted 2x3 on simd: the backward pass wrote {place}.", Run(forward: false));

        string Run(bool forward) => Assert.Throws<InvalidOperationException>(() => OperationParity.Execute(Planted(run =>
        {
            var (x, y) = (run.Input("x", Rows, Columns), run.Output("y", Rows, Columns));
            var scratch = run.Scratch("scratch", Rows, Columns);
            var target = tensor switch { "x" => x.Value, "d x" => x.Gradient, "y" => y.Value, _ => scratch };
            // It adds, as gradients do.
            void Overrun() => backend.Add(Ones(run), 1e-3, new(target.Buffer, target.Offset + element, 1, 1));
            run.Forward = forward ? Overrun : () => { };
            run.Backward = forward ? () => { } : Overrun;
        }), backend)).Message;
    }

    [Fact]
    public void An_element_written_after_the_inputs_of_a_batch_is_found()
    {
        using var backend = new SimdBackend(1);
        var test = Planted(run =>
        {
            var batch = run.Batch(4, 9, 0.5);
            run.Forward = () => backend.Fill(batch.Inputs.View(batch.Entries, 1, 1), 0);
        });
        var problem = Assert.Throws<InvalidOperationException>(() => OperationParity.Execute(test, backend));
        Assert.EndsWith("wrote after the inputs of the batch.", problem.Message);
    }

    [Fact]
    public void Writing_all_elements_of_a_tensor_is_no_overrun()
    {
        using var backend = new SimdBackend(1);
        var results = OperationParity.Execute(Planted(run =>
        {
            var y = run.Output("y", Rows, Columns);
            run.Forward = () => backend.Fill(y.Value, 7);
        }), backend);
        Assert.Equal([7, 7, 7, 7, 7, 7], Assert.Single(results).Values);
    }

    private static OperationCase Planted(Action<OperationRun> setup) => new("planted", "2x3", 0, 0, 0, setup);

    private static Tensor Ones(OperationRun run)
    {
        var ones = run.Backend.Allocate(1, 1);
        run.Backend.Fill(ones, 1);
        return ones;
    }
}
