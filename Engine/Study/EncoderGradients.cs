using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Study;

/// <summary>Single users' gradients of the encoders whose layers are outer products, after a backward pass.</summary>
internal static class EncoderGradients
{
    /// <summary>The encoder's blocks, input side first.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">The users.</param>
    /// <param name="scale">The pass differentiated the mean over so many users.</param>
    public static IEnumerable<GradientBlock> Of(Autoencoder model, SparseBatch batch, double scale) => model.Encoder switch
    {
        MlpEncoder mlp => Mlp(model.Backend, mlp, batch, scale),
        RecVaeEncoder recvae => RecVae(model.Backend, recvae, batch, scale),
        _ => throw new ArgumentException($"{model.Encoder.GetType().Name} has no dense form.", nameof(model)),
    };

    /// <summary>The clicks of a batch.</summary>
    public static CsrMatrix Pattern(SparseBatch batch) =>
        new(batch.Columns, [.. batch.RowOffsets.ToArray().Select(offset => (long)offset)], batch.ColumnIndices.ToArray());

    /// <summary>A dense layer.</summary>
    public static DenseBlock Dense(IBackend backend, string name, Tensor x, Tensor delta, double scale) =>
        new(name, backend.Values(x), x.Columns, backend.Values(delta, scale), delta.Columns);

    private static IEnumerable<GradientBlock> Mlp(IBackend backend, MlpEncoder encoder, SparseBatch batch, double scale)
    {
        yield return Sparse(backend, encoder.Input, batch, scale);
        var x = encoder.Input.Output(batch.Rows);
        for (int i = 0; i < encoder.Layers.Count; i++)
        {
            var layer = encoder.Layers[i];
            yield return Dense(backend, $"encoder.{i + 1}", x, layer.OutputGradient(batch.Rows), scale);
            x = layer.Output(batch.Rows);
        }
    }

    // Residual sums reach a layer's output, not its weights: those still see one input and one gradient.
    private static IEnumerable<GradientBlock> RecVae(IBackend backend, RecVaeEncoder encoder, SparseBatch batch, double scale)
    {
        int rows = batch.Rows;
        yield return Sparse(backend, encoder.Input, batch, scale);
        for (int i = 0; i < encoder.Norms.Count; i++)
        {
            var norm = encoder.Norms[i];
            yield return Norm(backend, $"encoder.{i}.norm", norm, rows, scale);
            var (name, next) = i < encoder.Layers.Count
                ? ($"encoder.{i + 1}", encoder.Layers[i]) : ("encoder.head", encoder.Head);
            yield return Dense(backend, name, norm.Output(rows), next.OutputGradient(rows), scale);
        }
    }

    private static SparseBlock Sparse(IBackend backend, SparseLinear layer, SparseBatch batch, double scale) =>
        new("encoder.0", Pattern(batch), backend.Values(batch.Inputs),
            backend.Values(layer.OutputGradient(batch.Rows), scale), layer.Bias.Value.Columns);

    private static NormBlock Norm(IBackend backend, string name, NormalisedSwish norm, int rows, double scale)
    {
        double[] swish = backend.Values(norm.Swish(rows)), moments = backend.Values(norm.Moments(rows)),
            dh = backend.Values(norm.OutputGradient(rows), scale);
        int width = dh.Length / rows;
        var gradients = new double[2 * dh.Length];
        for (int row = 0; row < rows; row++)
            for (int i = 0; i < width; i++)
            {
                int at = row * width + i, to = row * 2 * width + i;
                gradients[to] = dh[at] * (swish[at] - moments[2 * row]) * moments[2 * row + 1];
                gradients[to + width] = dh[at];
            }
        return new(name, gradients, width);
    }
}
