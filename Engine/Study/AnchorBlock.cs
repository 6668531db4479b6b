using System.Diagnostics;
using ManualVae.Data;

namespace ManualVae.Study;

/// <summary>
/// Item anchors. A user's gradient with respect to the anchor of a clicked item i is scale_u (e_i - p_u); p_u is mu or z.
/// </summary>
/// <param name="name">The parameter.</param>
/// <param name="clicks">Clicks of each row.</param>
/// <param name="anchors">e [items, K].</param>
/// <param name="points">p [rows, K].</param>
/// <param name="weight">Weight of the anchor term in the objective; scale_u = 2 weight / |S_u|.</param>
public sealed class AnchorBlock(string name, CsrMatrix clicks, double[] anchors, double[] points, double weight)
    : GradientBlock(name, clicks.Rows)
{
    private readonly int _latent = anchors.Length / Math.Max(1, clicks.Columns);

    /// <inheritdoc/>
    public override long ParameterCount => anchors.Length;

    /// <inheritdoc/>
    public override double Dot(int row, GradientBlock other, int otherRow)
    {
        var block = (AnchorBlock)other;
        Debug.Assert(block._latent == _latent, "blocks of different models");
        ReadOnlySpan<int> a = clicks.RowColumns(row), b = block.Clicks.RowColumns(otherRow);
        ReadOnlySpan<double> p = Point(row), q = block.Point(otherRow);
        double sum = 0;
        for (int i = 0, j = 0; i < a.Length && j < b.Length;)
        {
            int item = a[i], order = item.CompareTo(b[j]);
            for (int k = 0; k < _latent && order == 0; k++)
                sum += (anchors[item * _latent + k] - p[k]) * (anchors[item * _latent + k] - q[k]);
            if (order <= 0) i++;
            if (order >= 0) j++;
        }
        return Scale(row) * block.Scale(otherRow) * sum;
    }

    /// <inheritdoc/>
    public override void AddTo(int row, double scale, Span<double> gradient)
    {
        var p = Point(row);
        foreach (int item in clicks.RowColumns(row))
            for (int k = 0; k < _latent; k++)
                gradient[item * _latent + k] += scale * Scale(row) * (anchors[item * _latent + k] - p[k]);
    }

    private CsrMatrix Clicks => clicks;

    private ReadOnlySpan<double> Point(int row) => points.AsSpan(row * _latent, _latent);

    private double Scale(int row) => clicks.RowLength(row) == 0 ? 0 : 2 * weight / clicks.RowLength(row);
}
