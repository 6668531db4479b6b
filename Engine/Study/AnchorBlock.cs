using System.Diagnostics;
using ManualVae.Data;

namespace ManualVae.Study;

/// <summary>
/// Item anchors. A user's gradient with respect to the anchor e of a clicked item is scale (e - p_u), scale = 2 lambda w; p_u is
/// mu or z, w the weight of the click.
/// </summary>
/// <param name="name">The parameter.</param>
/// <param name="clicked">The anchors that each row's clicks count with.</param>
/// <param name="scales">2 lambda w of each of them, row after row.</param>
/// <param name="anchors">e, K numbers each.</param>
/// <param name="points">p [rows, K].</param>
public sealed class AnchorBlock(string name, CsrMatrix clicked, double[] scales, double[] anchors, double[] points)
    : GradientBlock(name, clicked.Rows)
{
    private readonly int _latent = anchors.Length / Math.Max(1, clicked.Columns);

    /// <inheritdoc/>
    public override long ParameterCount => anchors.Length;

    /// <inheritdoc/>
    public override double Dot(int row, GradientBlock other, int otherRow)
    {
        var block = (AnchorBlock)other;
        Debug.Assert(block._latent == _latent, "blocks of different models");
        ReadOnlySpan<int> a = clicked.RowColumns(row), b = block.Clicked.RowColumns(otherRow);
        ReadOnlySpan<double> p = Point(row), q = block.Point(otherRow), s = Scales(row), t = block.Scales(otherRow);
        double sum = 0;
        for (int i = 0, j = 0; i < a.Length && j < b.Length;)
        {
            int anchor = a[i], order = anchor.CompareTo(b[j]);
            for (int k = 0; k < _latent && order == 0; k++)
                sum += s[i] * t[j] * (anchors[anchor * _latent + k] - p[k]) * (anchors[anchor * _latent + k] - q[k]);
            if (order <= 0) i++;
            if (order >= 0) j++;
        }
        return sum;
    }

    /// <inheritdoc/>
    public override void AddTo(int row, double scale, Span<double> gradient)
    {
        ReadOnlySpan<double> p = Point(row), own = Scales(row);
        var at = clicked.RowColumns(row);
        for (int i = 0; i < at.Length; i++)
            for (int k = 0; k < _latent; k++)
                gradient[at[i] * _latent + k] += scale * own[i] * (anchors[at[i] * _latent + k] - p[k]);
    }

    private CsrMatrix Clicked => clicked;

    private ReadOnlySpan<double> Point(int row) => points.AsSpan(row * _latent, _latent);

    private ReadOnlySpan<double> Scales(int row) => scales.AsSpan((int)clicked.RowOffsets[row], clicked.RowLength(row));
}
