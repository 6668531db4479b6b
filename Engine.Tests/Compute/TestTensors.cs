using ManualVae.Compute;

namespace ManualVae.Tests.Compute;

/// <summary>Tensors of given or of drawn numbers.</summary>
internal static class TestTensors
{
    /// <summary>Numbers in [-1/2, 1/2).</summary>
    public static float[] Draw(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }

    /// <summary>A new tensor that holds the values.</summary>
    public static Tensor Upload(IBackend backend, float[] values, int rows, int columns)
    {
        var tensor = backend.Allocate(rows, columns);
        backend.Upload(values, tensor);
        return tensor;
    }
}
