namespace ManualVae.Study;

/// <summary>
/// Theorem 2.3's quantities of one pair where a step moves theta alone: the whole decoder, or one of its layers. u and v share
/// their noise, as in the bounds of W1, so that the theorem holds exactly.
/// </summary>
/// <param name="Name"><c>decoder</c>, or a layer of it such as <c>decoder.1</c>.</param>
/// <param name="NormU">||g_u||.</param>
/// <param name="NormV">||g_v||.</param>
/// <param name="InnerProduct">&lt;g_u, g_v&gt;: to first order a step on v lowers L_u by the step size times this.</param>
/// <param name="Mismatch">Delta_x = ||E_{q_v}[G(z, x_u) - G(z, x_v)]||.</param>
/// <param name="OwnLipschitz">max over draws of ||G(z_u, x_u) - G(z_v, x_u)|| / ||z_u - z_v||: the ends of the segment.</param>
/// <param name="SegmentLipschitz">
/// The same between neighbouring points of the segment from z_u to z_v: the gradient's steepest change on the way. At least
/// <paramref name="OwnLipschitz"/>, at most the constant of the segment.
/// </param>
public sealed record RadiusPart(
    string Name, double NormU, double NormV, double InnerProduct, double Mismatch, double OwnLipschitz, double SegmentLipschitz)
{
    /// <summary>Name of the part that has all layers.</summary>
    public const string Whole = "decoder";

    /// <summary>r_share = [||g_u|| - Delta_x]_+ / L for a Lipschitz constant L.</summary>
    public double Radius(double lipschitz) => Math.Max(0, NormU - Mismatch) / lipschitz;

    /// <summary>||g_u|| (||g_u|| - L W1 - Delta_x), at most <see cref="InnerProduct"/> for a large enough L.</summary>
    public double Bound(double lipschitz, double distance) => NormU * (NormU - lipschitz * distance - Mismatch);
}
