using ManualVae.Compute.Cases;
using Xunit;

namespace ManualVae.Tests.Compute;

/// <summary>
/// Every operation of the contract, forward and backward, against the reference; nothing is written outside its tensors.
/// </summary>
public abstract class OperationTests(DeviceFixture device)
{
    /// <summary>The names of the operations in the case table.</summary>
    public static TheoryData<string> Operations => [.. OperationCases.Awkward().Select(test => test.Operation).Distinct()];

    /// <summary>The shapes to test.</summary>
    protected virtual IEnumerable<OperationCase> Cases => OperationCases.Awkward();

    [DeviceTheory, MemberData(nameof(Operations))]
    public void Every_operation_agrees_with_the_reference(string operation) => AssertAgrees(Cases, operation);

    /// <summary>Asserts the cases of one operation.</summary>
    protected void AssertAgrees(IEnumerable<OperationCase> cases, string operation)
    {
        foreach (var test in cases.Where(test => test.Operation == operation)) BackendParity.AssertAgrees(test, device.Backend);
    }
}
