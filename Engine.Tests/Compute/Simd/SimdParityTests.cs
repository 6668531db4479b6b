using ManualVae.Compute.Cases;
using ManualVae.Compute.Simd;
using Xunit;

namespace ManualVae.Tests.Compute.Simd;

public class SimdParityTests
{
    public static TheoryData<string> Cases => new(OperationCases.Awkward().Select(test => test.ToString()).Distinct());

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_operation_agrees_with_the_double_precision_reference(string name)
    {
        using var backend = new SimdBackend(threads: 2);
        BackendParity.AssertAgrees(OperationCases.Awkward().First(test => test.ToString() == name), backend);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(20_000)]
    public void A_fused_update_is_that_of_the_gradient(int users)
    {
        using var backend = new SimdBackend(threads: 2);
        BackendChecks.AssertFusedUpdatesAgree(backend, users);
    }

    [Fact]
    public void Fused_training_moves_the_weights_as_the_reference_does()
    {
        using var backend = new SimdBackend(threads: 2);
        BackendChecks.AssertTrainsLikeTheReference(backend);
    }
}
