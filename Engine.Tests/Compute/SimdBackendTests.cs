using ManualVae.Compute.Cases;
using Xunit;

namespace ManualVae.Tests.Compute;

[Collection("simd")]
public class SimdOperationTests(SimdDevice device) : OperationTests(device)
{
    [Theory, MemberData(nameof(Operations))]
    public void Every_operation_agrees_with_the_reference_at_every_width(string operation) =>
        AssertAgrees(OperationCases.Widths(), operation);
}

[Collection("simd")]
public class SimdBackendTests(SimdDevice device) : BackendTests(device)
{
    /// <summary>So many rows that the inner dimension of the gradient's product takes several blocks.</summary>
    [Fact]
    public void Fused_updates_of_a_long_batch_are_those_of_the_gradient() => Fused_updates_are_those_of_the_gradient(20_000);
}
