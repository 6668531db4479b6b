using System.Numerics.Tensors;

namespace ManualVae.Study;

/// <summary>Decoder gradients of many (latent code, user) rows, kept as factors.</summary>
public sealed class DecoderGradients
{
    internal DecoderGradients(int[] users, IEnumerable<DenseBlock> layers, double[] losses) =>
        (Users, Layers, Losses) = (users, [.. layers], losses);

    /// <summary>Index in the population of each row's user.</summary>
    public IReadOnlyList<int> Users { get; }

    /// <summary>The layers, latent side first.</summary>
    public IReadOnlyList<DenseBlock> Layers { get; }

    /// <summary>Reconstruction loss of each row.</summary>
    public double[] Losses { get; }

    /// <summary>Number of rows.</summary>
    public int Rows => Users.Count;

    /// <summary>Inner product of mean gradients over <paramref name="draws"/> rows, from row a here and row b there.</summary>
    public double Dot(int a, DecoderGradients other, int b, int draws) => Sum(l => Dot(a, other, b, draws, l));

    /// <summary>The part of <see cref="Dot(int, DecoderGradients, int, int)"/> that one layer adds.</summary>
    public double Dot(int a, DecoderGradients other, int b, int draws, int layer)
    {
        double sum = 0;
        for (int i = a; i < a + draws; i++)
            for (int j = b; j < b + draws; j++) sum += Layers[layer].Dot(i, other.Layers[layer], j);
        return sum / ((double)draws * draws);
    }

    /// <summary>||G_a - G_b||^2 of two rows without cancellation.</summary>
    public double SquaredDistance(int a, DecoderGradients other, int b) => Sum(l => SquaredDistance(a, other, b, l));

    /// <summary>
    /// The part of the squared distance that one layer adds. With dD = delta - delta' and dX = x - x' it is
    /// ||dD||^2 (||x||^2 + 1) + ||delta'||^2 ||dX||^2 + 2 &lt;dD, delta'&gt; &lt;x, dX&gt;.
    /// </summary>
    public double SquaredDistance(int a, DecoderGradients other, int b, int layer)
    {
        ReadOnlySpan<double> x = Layers[layer].Input(a), y = other.Layers[layer].Input(b);
        ReadOnlySpan<double> d = Layers[layer].Delta(a), e = other.Layers[layer].Delta(b);
        double dd = 0, de = 0, ee = 0, xx = 1, gap = 0, cross = 0;
        for (int i = 0; i < d.Length; i++)
        {
            double difference = d[i] - e[i];
            dd += difference * difference;
            de += difference * e[i];
            ee += e[i] * e[i];
        }
        for (int i = 0; i < x.Length; i++)
        {
            double difference = x[i] - y[i];
            xx += x[i] * x[i];
            gap += difference * difference;
            cross += x[i] * difference;
        }
        return Math.Max(0, dd * xx + ee * gap + 2 * de * cross);
    }

    /// <summary>
    /// The content mismatch: the norm of the mean over draws of G(z_s, x) - G(z_s, x'). Both rows of a draw are at the same code,
    /// so their inputs are equal and only their deltas differ.
    /// </summary>
    public double MismatchNorm(int a, DecoderGradients other, int b, int draws) =>
        Math.Sqrt(Sum(l => SquaredMismatch(a, other, b, draws, l)));

    /// <summary>The part of the squared mismatch that one layer adds.</summary>
    public double SquaredMismatch(int a, DecoderGradients other, int b, int draws, int layer)
    {
        var block = Layers[layer];
        var differences = new double[draws][];
        for (int s = 0; s < draws; s++)
        {
            differences[s] = new double[block.OutputWidth];
            TensorPrimitives.Subtract(block.Delta(a + s), other.Layers[layer].Delta(b + s), differences[s]);
        }
        double sum = 0;
        for (int s = 0; s < draws; s++)
            for (int t = 0; t < draws; t++)
                sum += TensorPrimitives.Dot<double>(differences[s], differences[t])
                    * (TensorPrimitives.Dot(block.Input(a + s), block.Input(a + t)) + 1);
        return Math.Max(0, sum) / ((double)draws * draws);
    }

    private double Sum(Func<int, double> ofLayer)
    {
        double sum = 0;
        for (int l = 0; l < Layers.Count; l++) sum += ofLayer(l);
        return sum;
    }
}
