namespace ManualVae.Compute;

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

    /// <summary>A tensor's elements, row by row, in single precision.</summary>
    public static float[] Floats(this IBackend backend, Tensor tensor)
    {
        var values = new float[tensor.Length];
        backend.Download(tensor, values);
        return values;
    }
}
