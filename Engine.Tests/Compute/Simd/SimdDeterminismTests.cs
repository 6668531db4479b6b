using ManualVae.Compute.Cases;
using ManualVae.Compute.Simd;
using Xunit;

namespace ManualVae.Tests.Compute.Simd;

public class SimdDeterminismTests
{
    [Fact]
    public void Results_have_the_same_bits_for_1_2_3_and_7_threads()
    {
        OperationCase[] cases = [.. OperationCases.Awkward(), .. Large()];
        using var one = new SimdBackend(1);
        var expected = cases.Select(test => OperationParity.Execute(test, one)).ToArray();
        foreach (int threads in new[] { 2, 3, 7 })
        {
            using var many = new SimdBackend(threads);
            for (int i = 0; i < cases.Length; i++)
            {
                var actual = OperationParity.Execute(cases[i], many);
                for (int t = 0; t < actual.Count; t++)
                    Assert.True(expected[i][t].Values.AsSpan().SequenceEqual(actual[t].Values),
                        $"{cases[i]}, {actual[t].Name}: {threads} threads give other bits than one");
            }
        }
    }

    /// <summary>Cases that really spread over several parts and chunks.</summary>
    private static IEnumerable<OperationCase> Large()
    {
        foreach (var transpose in Enum.GetValues<ManualVae.Compute.Transpose>())
        {
            yield return OperationCases.MatMul(transpose, 67, 1301, 203);
            yield return OperationCases.MatMul(transpose, 130, 61, 1500);
        }
        yield return OperationCases.SparseLinear(80, 1000, 67, 0.05);
        yield return OperationCases.Likelihood(ManualVae.Compute.LikelihoodKind.Multinomial, 33, 5003);
        yield return OperationCases.Adam(301, 401);
        yield return OperationCases.LayerNorm(67, 401);
    }
}
