namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>A <see cref="RandomKey"/> in the form that kernels take.</summary>
internal readonly struct DeviceKey(RandomKey key)
{
    public readonly uint Seed0 = (uint)key.Seed, Seed1 = (uint)(key.Seed >> 32), Step = key.Step, Purpose = (uint)key.Purpose;
}

/// <summary>Philox 4x32-10 on the device: the draws of <see cref="CounterRandom"/>, the uniform ones to the last bit.</summary>
internal static class DeviceRandom
{
    private const uint M0 = 0xD2511F53, M1 = 0xCD9E8D57, W0 = 0x9E3779B9, W1 = 0xBB67AE85;

    /// <summary>Uniform in [0, 1).</summary>
    public static float Uniform(DeviceKey key, uint user, uint index)
    {
        Block(key, index >> 2, user, out uint x0, out uint x1, out uint x2, out uint x3);
        uint lane = index & 3;
        uint word = lane == 0 ? x0 : lane == 1 ? x1 : lane == 2 ? x2 : x3;
        return (word >> 8) * (1f / (1 << 24));
    }

    /// <summary>Standard normal: Box-Muller, see <see cref="CounterRandom.Normal"/>.</summary>
    public static float Normal(DeviceKey key, uint user, uint index)
    {
        Block(key, index >> 2, user, out uint x0, out uint x1, out uint x2, out uint x3);
        uint a = (index & 2) == 0 ? x0 : x2, b = (index & 2) == 0 ? x1 : x3;
        double radius = Math.Sqrt(-2 * DeviceMath.Log((a + 1.0) / 4294967296.0));
        return (float)(radius * DeviceMath.CosineOfTurn(b, (int)(index & 1)));
    }

    private static void Block(DeviceKey key, uint c0, uint c1, out uint x0, out uint x1, out uint x2, out uint x3)
    {
        (x0, x1, x2, x3) = (c0, c1, key.Step, key.Purpose);
        uint k0 = key.Seed0, k1 = key.Seed1;
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = (ulong)M0 * x0, p1 = (ulong)M1 * x2;
            (x0, x1, x2, x3) = ((uint)(p1 >> 32) ^ x1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ x3 ^ k1, (uint)p0);
            k0 += W0;
            k1 += W1;
        }
    }
}
