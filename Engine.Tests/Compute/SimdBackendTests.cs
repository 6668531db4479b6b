using ManualVae.Compute.Cases;
using Xunit;

namespace ManualVae.Tests.Compute;

[Device("simd")]
public class SimdOperationTests(DeviceFixture<SimdOperationTests> fixture)
    : OperationTests(fixture), IClassFixture<DeviceFixture<SimdOperationTests>>
{
    [Theory, MemberData(nameof(Operations))]
    public void Every_operation_agrees_with_the_reference_at_every_width(string operation) =>
        AssertAgrees(OperationCases.Widths(), operation);
}

[Device("simd")]
public class SimdBackendTests(DeviceFixture<SimdBackendTests> fixture)
    : BackendTests(fixture), IClassFixture<DeviceFixture<SimdBackendTests>>
{
    /// <summary>So many rows that the inner dimension of the gradient's product takes several blocks.</summary>
    [Fact]
    public void Fused_updates_of_a_long_batch_are_those_of_the_gradient() => Fused_updates_are_those_of_the_gradient(20_000);
}
