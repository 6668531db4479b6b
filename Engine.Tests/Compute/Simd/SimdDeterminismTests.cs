using ManualVae.Compute;
using ManualVae.Compute.Cases;
using ManualVae.Compute.Simd;
using ManualVae.Models;
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

    [Theory]
    [InlineData(600)]
    [InlineData(1301)]
    public void A_users_logits_have_the_same_bits_in_any_company(int hidden)
    {
        const int Users = 45, Items = 107;
        var random = new Random(hidden);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        float[] x = Draw(Users * hidden), weight = Draw(Items * hidden), bias = Draw(Items);
        using var backend = new SimdBackend(2);
        using var memory = new MemoryScope(backend);
        var block = new ParameterBlock(memory);
        var (w, b) = block.DeclareLayer("y", hidden, Items, weightDecay: 0);
        block.Build(seed: 1, training: false);
        backend.Upload(weight, w.Value);
        backend.Upload(bias, b.Value);
        float[] Logits(int first, int count)
        {
            var input = TierChecks.Upload(backend, x[(first * hidden)..((first + count) * hidden)], count, hidden);
            var logits = backend.Allocate(count, Items);
            backend.LinearForward(input, w, b, Activation.Identity, logits);
            var values = new float[count * Items];
            backend.Download(logits, values);
            return values;
        }

        var together = Logits(0, Users);
        foreach (int company in new[] { 1, 2, 15, 16, 17, 33 })
            Assert.Equal(together[..(company * Items)], Logits(0, company));
        Assert.Equal(together[(44 * Items)..], Logits(44, 1));
    }

    /// <summary>Cases that really spread over several parts and chunks.</summary>
    private static IEnumerable<OperationCase> Large()
    {
        foreach (var transpose in Enum.GetValues<Transpose>())
        {
            yield return OperationCases.MatMul(transpose, 67, 1301, 203);
            yield return OperationCases.MatMul(transpose, 130, 61, 1500);
            yield return OperationCases.MatMul(transpose, 67, 301, 1500);
        }
        yield return OperationCases.SparseLinear(80, 1000, 67, 0.05);
        yield return OperationCases.Likelihood(LikelihoodKind.Multinomial, 33, 5003);
        yield return OperationCases.Adam(301, 401);
        yield return OperationCases.LayerNorm(67, 401);
    }
}
