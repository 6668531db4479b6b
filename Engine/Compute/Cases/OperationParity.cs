using ManualVae.Compute.Reference;

namespace ManualVae.Compute.Cases;

/// <summary>Where a backend is farthest from the reference on an operation case.</summary>
/// <param name="Tensor">The output, or "d" and an input for its gradient.</param>
/// <param name="Index">Element of it.</param>
/// <param name="Expected">The element on the reference.</param>
/// <param name="Actual">The element on the backend.</param>
/// <param name="Error">Their distance, relative to the largest magnitude of the tensor; NaN if either is NaN.</param>
public readonly record struct ParityError(string Tensor, int Index, double Expected, double Actual, double Error);

/// <summary>Operation cases run on a backend and on the reference, every output and every gradient compared.</summary>
public static class OperationParity
{
    /// <summary>The largest error a case allows.</summary>
    public static double Bound(OperationCase test) => Math.Max(test.Tolerance, 1e-7);

    /// <summary>The worst element of a case.</summary>
    public static ParityError Worst(OperationCase test, IBackend backend)
    {
        ParityError worst = default;
        foreach (var (right, got) in Execute(test, new ReferenceBackend()).Zip(Execute(test, backend)))
        {
            double largest = right.Values.Select(Math.Abs).Append(1e-3).Max();
            for (int i = 0; i < right.Values.Length; i++)
            {
                double error = Math.Abs(right.Values[i] - got.Values[i]) / largest;
                if (worst.Tensor is null || !(error <= worst.Error))
                    worst = new(right.Name, i, right.Values[i], got.Values[i], error);
                if (double.IsNaN(error)) return worst;
            }
        }
        return worst;
    }

    /// <summary>Outputs after the forward pass, then the inputs' gradients after the backward pass.</summary>
    /// <exception cref="InvalidOperationException">A pass wrote outside a tensor; the message names both.</exception>
    public static IReadOnlyList<(string Name, double[] Values)> Execute(OperationCase test, IBackend backend)
    {
        var run = test.Prepare(backend);
        run.Forward();
        RequireIntactGuards("forward");
        var results = run.Outputs.Select(output => (output.Name, backend.Values(output.Value))).ToList();
        if (run.Backward is not null)
        {
            run.ZeroGradients();
            run.Backward();
            RequireIntactGuards("backward");
            results.AddRange(run.Inputs.Select(input => ("d " + input.Name, backend.Values(input.Gradient))));
        }
        run.Free();
        return results;

        void RequireIntactGuards(string pass)
        {
            if (run.FindOverrun() is { } place)
                throw new InvalidOperationException($"{test} on {backend.Name}: the {pass} pass wrote {place}.");
        }
    }
}
