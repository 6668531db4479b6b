namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>A <see cref="RandomKey"/> in the form that kernels take.</summary>
internal readonly struct DeviceKey(RandomKey key)
{
    public readonly ulong Seed = key.Seed;
    public readonly uint Step = key.Step, Purpose = (uint)key.Purpose;
}

/// <summary>Philox 4x32-10 on the device: the draws of <see cref="CounterRandom"/>, the uniform ones to the last bit.</summary>
internal static class DeviceRandom
{
    /// <summary>Uniform in [0, 1).</summary>
    public static float Uniform(DeviceKey key, uint user, uint index)
    {
        var (x0, x1, x2, x3) = CounterRandom.Block(key.Seed, index >> 2, user, key.Step, key.Purpose);
        uint lane = index & 3;
        uint word = lane == 0 ? x0 : lane == 1 ? x1 : lane == 2 ? x2 : x3;
        return (int)(word >> 8) * (1f / (1 << 24)); // of an int: from a uint a device would go by way of double precision
    }

    /// <summary>Standard normal: Box-Muller, see <see cref="CounterRandom.Normal"/>.</summary>
    public static float Normal(DeviceKey key, uint user, uint index)
    {
        var (x0, x1, x2, x3) = CounterRandom.Block(key.Seed, index >> 2, user, key.Step, key.Purpose);
        uint a = (index & 2) == 0 ? x0 : x2, b = (index & 2) == 0 ? x1 : x3;
        double radius = Math.Sqrt(-2 * DeviceMath.Log((a + 1.0) / 4294967296.0));
        return (float)(radius * DeviceMath.CosineOfTurn(b, (int)(index & 1)));
    }
}
