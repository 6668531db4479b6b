using ManualVae.Compute;
using ManualVae.Compute.Cases;
using Xunit;

namespace ManualVae.Tests.Compute;

/// <summary>Asserts what <see cref="OperationParity"/> finds.</summary>
public static class BackendParity
{
    /// <summary>Asserts that a case agrees with the reference to its tolerance.</summary>
    public static void AssertAgrees(OperationCase test, IBackend backend)
    {
        var worst = OperationParity.Worst(test, backend);
        Assert.True(worst.Error <= OperationParity.Bound(test),
            $"{backend.Name}, {test}, {worst.Tensor}[{worst.Index}]: expected {worst.Expected:R}, got {worst.Actual:R}");
    }
}
