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
}
