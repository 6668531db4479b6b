using ManualVae.Compute;
using ManualVae.Compute.Cases;
using ManualVae.Compute.Reference;
using Xunit;

namespace ManualVae.Tests.Compute;

/// <summary>Runs operation cases on a backend and on the reference, and compares every output and every gradient.</summary>
public static class BackendParity
{
    /// <summary>Asserts that a case agrees to its tolerance, relative to the largest magnitude of each tensor.</summary>
    public static void AssertAgrees(OperationCase test, IBackend backend)
    {
        var expected = Execute(test, new ReferenceBackend());
        var actual = Execute(test, backend);
        for (int t = 0; t < expected.Count; t++)
        {
            double largest = expected[t].Values.Select(Math.Abs).Append(1e-3).Max();
            for (int i = 0; i < expected[t].Values.Length; i++)
            {
                double difference = Math.Abs(expected[t].Values[i] - actual[t].Values[i]);
                Assert.True(difference <= Math.Max(test.Tolerance, 1e-7) * largest,
                    $"{backend.Name}, {test}, {expected[t].Name}[{i}]: expected {expected[t].Values[i]:R}, got {actual[t].Values[i]:R}");
            }
        }
    }

    /// <summary>Outputs after the forward pass, then the inputs' gradients after the backward pass.</summary>
    public static IReadOnlyList<(string Name, double[] Values)> Execute(OperationCase test, IBackend backend)
    {
        var run = test.Prepare(backend);
        run.Forward();
        var results = run.Outputs.Select(output => (output.Name, Download(backend, output.Value))).ToList();
        if (run.Backward is not null)
        {
            run.ZeroGradients();
            run.Backward();
            results.AddRange(run.Inputs.Select(input => ("d " + input.Name, Download(backend, input.Gradient))));
        }
        run.Free();
        return results;
    }

    private static double[] Download(IBackend backend, Tensor tensor)
    {
        var values = new double[tensor.Length];
        backend.Download(tensor, values);
        return values;
    }
}
