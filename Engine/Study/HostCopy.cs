using ManualVae.Compute;

namespace ManualVae.Study;

/// <summary>Copies of tensors in the caller's memory.</summary>
internal static class HostCopy
{
    /// <summary>A tensor's elements, row by row, each times a factor.</summary>
    public static double[] Values(this IBackend backend, Tensor tensor, double scale = 1)
    {
        var values = new double[tensor.Length];
        backend.Download(tensor, values);
        if (scale != 1)
            for (int i = 0; i < values.Length; i++) values[i] *= scale;
        return values;
    }
}
