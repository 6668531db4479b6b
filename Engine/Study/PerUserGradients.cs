using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Study;

/// <summary>
/// The gradient of each user's own loss with respect to every parameter, for one draw of masks and noise. One batched forward and
/// backward pass gives all of them as rank-one factors. Their average is the batch gradient.
/// </summary>
/// <remarks>
/// Needs an encoder of dense layers (<see cref="MlpEncoder"/>, <see cref="RecVaeEncoder"/>) and a prior whose gradients do not
/// pass through it (standard normal, <see cref="RecVaePrior"/>). <see cref="DecoderProbe"/> needs neither.
/// </remarks>
public sealed class PerUserGradients
{
    private PerUserGradients(IReadOnlyList<GradientBlock> blocks) => Blocks = blocks;

    /// <summary>One block for each layer: encoder.0, ..., decoder.0, ..., and anchors if the model has them.</summary>
    public IReadOnlyList<GradientBlock> Blocks { get; }

    /// <summary>Number of users.</summary>
    public int Rows => Blocks[0].Rows;

    /// <summary>
    /// Runs forward and backward on a loaded batch and copies the factors. The parameters do not change; if the model was built
    /// for training, the pass adds to their gradients.
    /// </summary>
    /// <param name="model">A model whose parameters are not fused.</param>
    /// <param name="batch">The users.</param>
    /// <param name="mask">The mask of the input.</param>
    /// <param name="noise">The latent noise, or null for z = mu.</param>
    /// <param name="objective">Weights of the parts of the loss; a weight of 0 leaves a part out.</param>
    /// <exception cref="Data.InputException">A layer is no outer product, or the prior passes through the encoder.</exception>
    public static PerUserGradients Compute(
        Autoencoder model, SparseBatch batch, InputMask mask, RandomKey? noise, Objective objective)
    {
        StudyModel.RequireDense(model);
        model.Forward(batch, mask, noise);
        model.Backward(batch, objective);
        var backend = model.Backend;
        int rows = batch.Rows;
        double scale = rows; // Backward differentiates the mean over the batch
        var blocks = EncoderGradients.Of(model, batch, scale).ToList();
        blocks.AddRange(Decoder(model, model.Latent, rows, scale));
        if (model.Settings.HasAnchors) blocks.Add(Anchors(model, EncoderGradients.Pattern(batch), objective.AnchorWeight));
        return new(blocks);
    }

    /// <summary>Inner product of two users' gradients over the blocks whose names start with a prefix ("" for all).</summary>
    public double Dot(int row, PerUserGradients other, int otherRow, string prefix = "") =>
        Blocks.Zip(other.Blocks).Where(pair => pair.First.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Sum(pair => pair.First.Dot(row, pair.Second, otherRow));

    /// <summary>The decoder's blocks after a backward pass over the given latent codes.</summary>
    internal static IEnumerable<DenseBlock> Decoder(Autoencoder model, Tensor z, int rows, double scale)
    {
        var (backend, decoder) = (model.Backend, model.Decoder);
        var x = z;
        for (int i = 0; i < decoder.Hidden.Count; i++)
        {
            yield return EncoderGradients.Dense(backend, $"decoder.{i}", x, decoder.Hidden[i].OutputGradient(rows), scale);
            x = decoder.Hidden[i].Output(rows);
        }
        yield return EncoderGradients.Dense(backend, $"decoder.{decoder.Hidden.Count}", x, decoder.Output.Logits(rows), scale);
    }

    private static AnchorBlock Anchors(Autoencoder model, CsrMatrix clicks, double weight)
    {
        var anchors = new ClickedAnchors(model);
        double[] points = model.Settings.AnchorForm == AnchorForm.ClosedForm
            ? Left(model.Backend.Values(model.Code), model.Code.Columns, anchors.Latent) : model.Backend.Values(model.Latent);
        var (offsets, clicked, scales) = (new long[clicks.Rows + 1], new List<int>(), new List<double>());
        for (int row = 0; row < clicks.Rows; row++)
        {
            foreach (var (anchor, share) in anchors.Of(
                clicks.RowColumns(row), points.AsSpan(row * anchors.Latent, anchors.Latent)))
            {
                clicked.Add(anchor);
                scales.Add(2 * weight * share);
            }
            offsets[row + 1] = clicked.Count;
        }
        return new("anchors", new(anchors.Count, offsets, [.. clicked]), [.. scales], anchors.Values, points);
    }

    private static double[] Left(double[] values, int columns, int kept)
    {
        int rows = values.Length / columns;
        var left = new double[rows * kept];
        for (int row = 0; row < rows; row++) Array.Copy(values, row * columns, left, row * kept, kept);
        return left;
    }
}
