using ManualVae.Compute;

namespace ManualVae.Study;

/// <summary>
/// What the encoder sees of two users under a mask: x * b times a scale, one scale for each user
/// (<see cref="IBackend.EncodeInputs"/>).
/// </summary>
/// <param name="KeptU">Clicks of u that the mask keeps.</param>
/// <param name="KeptV">Clicks of v that the mask keeps.</param>
/// <param name="Common">Items kept for both.</param>
/// <param name="ScaleU">What a kept click of u counts.</param>
/// <param name="ScaleV">What a kept click of v counts.</param>
internal readonly record struct SeenPair(int KeptU, int KeptV, int Common, double ScaleU, double ScaleV)
{
    /// <summary>Applies a mask to both histories, the same draws as the encoder's.</summary>
    public static SeenPair Of(Population population, UserPair pair, InputMask mask)
    {
        ReadOnlySpan<int> a = population.Items(pair.U), b = population.Items(pair.V);
        uint u = User(pair.U), v = User(pair.V);
        int keptU = 0, keptV = 0, common = 0;
        for (int i = 0, j = 0; i < a.Length || j < b.Length;)
        {
            int x = i < a.Length ? a[i] : int.MaxValue, y = j < b.Length ? b[j] : int.MaxValue, item = Math.Min(x, y);
            bool ofU = x == item && Keeps(u, item), ofV = y == item && Keeps(v, item);
            if (ofU) keptU++;
            if (ofV) keptV++;
            if (ofU && ofV) common++;
            if (x == item) i++;
            if (y == item) j++;
        }
        return new(keptU, keptV, common, Scale(a.Length, keptU), Scale(b.Length, keptV));

        uint User(int user) => (uint)(mask.SharedUser >= 0 ? mask.SharedUser : population.Users[user]);

        bool Keeps(uint user, int item) => mask.Mode == MaskMode.Clean
            || CounterRandom.Keep(mask.Key, user, (uint)item, mask.KeepProbability);

        double Scale(int clicks, int kept) => mask.Mode switch
        {
            MaskMode.Plain => 1,
            MaskMode.MaskThenNormalise => 1 / Math.Sqrt(Math.Max(1, kept)),
            MaskMode.NormaliseThenDrop => 1 / (Math.Sqrt(clicks) * mask.KeepProbability),
            _ => 1 / Math.Sqrt(clicks),
        };
    }

    /// <summary>D_h = ||x_u * b_u - x_v * b_v||_1.</summary>
    public int L1 => KeptU + KeptV - 2 * Common;

    /// <summary>The l1 distance of what the encoder sees.</summary>
    public double InputL1 =>
        Common * Math.Abs(ScaleU - ScaleV) + (KeptU - Common) * ScaleU + (KeptV - Common) * ScaleV;

    /// <summary>The Euclidean distance of what the encoder sees.</summary>
    public double InputL2 => Math.Sqrt(Common * (ScaleU - ScaleV) * (ScaleU - ScaleV)
        + (KeptU - Common) * ScaleU * ScaleU + (KeptV - Common) * ScaleV * ScaleV);

    /// <summary>
    /// The least c with InputL1 at most c D_h for all histories of which at least so many clicks are seen: 1 for plain input,
    /// 1.5 / sqrt(clicks) for normalised input; NaN under <see cref="MaskMode.NormaliseThenDrop"/>, whose scale depends on
    /// dropped clicks, so that equal x * b can look different.
    /// </summary>
    /// <remarks>
    /// With N at most M seen clicks, s in common and d = l1: |1/sqrt N - 1/sqrt M| s is at most d / (2 sqrt N), because
    /// M - N is at most d and s at most N; the clicks of one user alone add d / sqrt N at most.
    /// </remarks>
    public static double InputConstant(InputMask mask, int clicks) => mask.Mode switch
    {
        MaskMode.Plain => 1,
        MaskMode.NormaliseThenDrop when mask.KeepProbability < 1 => double.NaN,
        _ => 1.5 / Math.Sqrt(Math.Max(1, clicks)),
    };
}
