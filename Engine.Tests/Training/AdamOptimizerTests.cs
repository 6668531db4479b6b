using ManualVae.Compute;
using ManualVae.Compute.Simd;
using ManualVae.Models;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Training;

public class AdamOptimizerTests
{
    [Theory]
    [InlineData(new[] { 0, 1, 2, 3, 4 })]
    [InlineData(new[] { 0, 1, 3, 4 })]
    [InlineData(new[] { 4, 1, 0 })]
    [InlineData(new[] { 2 })]
    public void Before_a_step_it_zeroes_the_gradients_of_its_parameters_and_no_others(int[] updated)
    {
        using var backend = new SimdBackend(1);
        using var memory = new MemoryScope(backend);
        var block = new ParameterBlock(memory);
        foreach (var (number, (rows, columns)) in new[] { (3, 5), (1, 16), (1, 1), (7, 17), (2, 8) }.Index())
            block.Declare($"p{number}", rows, columns, Initialiser.Zero);
        block.Build(seed: 1, training: true);
        foreach (var parameter in block.All) backend.Fill(parameter.Gradient, 5);

        new AdamOptimizer(backend, [.. updated.Select(i => block.All[i])], 0.1).Begin();

        for (int i = 0; i < block.All.Count; i++)
        {
            var gradient = block.All[i].Gradient;
            float[] values = new float[gradient.Length];
            ((IBackend)backend).Download(gradient, values);
            Assert.All(values, value => Assert.Equal(updated.Contains(i) ? 0 : 5, value));
        }
    }
}
