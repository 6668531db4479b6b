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
    public double Dot(int a, DecoderGradients other, int b, int draws)
    {
        double sum = 0;
        for (int l = 0; l < Layers.Count; l++)
            for (int i = a; i < a + draws; i++)
                for (int j = b; j < b + draws; j++) sum += Layers[l].Dot(i, other.Layers[l], j);
        return sum / ((double)draws * draws);
    }

    /// <summary>
    /// ||G_a - G_b||^2 of two rows without cancellation. With dD = delta - delta' and dX = x - x', each layer adds
    /// ||dD||^2 (||x||^2 + 1) + ||delta'||^2 ||dX||^2 + 2 &lt;dD, delta'&gt; &lt;x, dX&gt;.
    /// </summary>
    public double SquaredDistance(int a, DecoderGradients other, int b)
    {
        double total = 0;
        for (int l = 0; l < Layers.Count; l++)
        {
            ReadOnlySpan<double> x = Layers[l].Input(a), y = other.Layers[l].Input(b);
            ReadOnlySpan<double> d = Layers[l].Delta(a), e = other.Layers[l].Delta(b);
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
            total += dd * xx + ee * gap + 2 * de * cross;
        }
        return Math.Max(0, total);
    }

    /// <summary>
    /// The content mismatch: the norm of the mean over draws of G(z_s, x) - G(z_s, x'). Both rows of a draw are at the same code,
    /// so their inputs are equal and only their deltas differ.
    /// </summary>
    public double MismatchNorm(int a, DecoderGradients other, int b, int draws)
    {
        double sum = 0;
        for (int l = 0; l < Layers.Count; l++)
        {
            var layer = Layers[l];
            var differences = new double[draws][];
            for (int s = 0; s < draws; s++)
            {
                differences[s] = new double[layer.OutputWidth];
                TensorPrimitives.Subtract(layer.Delta(a + s), other.Layers[l].Delta(b + s), differences[s]);
            }
            for (int s = 0; s < draws; s++)
                for (int t = 0; t < draws; t++)
                    sum += TensorPrimitives.Dot<double>(differences[s], differences[t])
                        * (TensorPrimitives.Dot(layer.Input(a + s), layer.Input(a + t)) + 1);
        }
        return Math.Sqrt(Math.Max(0, sum)) / draws;
    }
}
