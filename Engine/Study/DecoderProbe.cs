using System.Numerics.Tensors;
using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using Tensor = ManualVae.Compute.Tensor;

namespace ManualVae.Study;

/// <summary>
/// Gradients of the reconstruction loss with respect to the decoder at chosen latent codes, G(z, x) = d loss(z, x) / d theta, and
/// the exact change of one user's loss by a gradient step on another user. Theorem 2.3 of arXiv 2511.06781 bounds this change.
/// theta is the whole decoder with its biases.
/// </summary>
public sealed class DecoderProbe : IDisposable
{
    private readonly Autoencoder _model;
    private readonly Population _population;
    private readonly MemoryScope _memory;
    private readonly SparseBatch _batch;
    private readonly Tensor _z, _dz, _loss, _below, _above;

    /// <summary>Allocates memory for <see cref="Autoencoder.BatchSize"/> rows of the population.</summary>
    /// <exception cref="InputException">The decoder is gated.</exception>
    public DecoderProbe(Autoencoder model, Population population)
    {
        StudyModel.RequireDenseDecoder(model);
        (_model, _population) = (model, population);
        _memory = new(model.Backend);
        MaxRows = model.BatchSize;
        int longest = population.Users.Max(population.Clicks.RowLength);
        int widest = model.Decoder.Hidden.Select(layer => layer.Output(1).Columns).DefaultIfEmpty(1).Max();
        _batch = _memory.AllocateBatch(MaxRows, model.ItemCount, checked(MaxRows * longest));
        _z = _memory.Allocate(MaxRows, model.Settings.Latent);
        _dz = _memory.Allocate(MaxRows, model.Settings.Latent);
        _loss = _memory.Allocate(MaxRows, 1);
        _below = _memory.Allocate(MaxRows, widest);
        _above = _memory.Allocate(MaxRows, Math.Max(widest, model.ItemCount));
    }

    /// <summary>Frees the memory. The caller keeps the model.</summary>
    public void Dispose() => _memory.Dispose();

    /// <summary>Most rows of one call.</summary>
    public int MaxRows { get; }

    /// <summary>Refuses more latent draws than one call has rows, before anything is computed.</summary>
    /// <exception cref="InputException">There is no room for the draws of one pair.</exception>
    internal static void RequireRoom(Autoencoder model, int draws)
    {
        if (model.BatchSize < draws)
            throw InputException.About($"{InputException.Setting("Draws")} {draws}: give at most {model.BatchSize}.");
    }

    /// <summary>The gradients G(z_r, x_r) of rows r.</summary>
    /// <param name="users">Index in the population of each row's user, whose clicks are x.</param>
    /// <param name="z">Latent codes [rows, K].</param>
    public DecoderGradients At(int[] users, ReadOnlySpan<double> z)
    {
        var backend = _model.Backend;
        int rows = users.Length;
        _batch.Load(_population.Clicks, [.. users.Select(user => _population.Users[user])]);
        var (code, dCode) = (_z.Top(rows), _dz.Top(rows));
        backend.Upload(z, code);
        _model.Decoder.ForwardToLoss(code);
        backend.Fill(dCode, 0);
        _model.Decoder.LossBackward(_model.Likelihood, _batch, 1, code, dCode, _loss.Top(rows));
        _model.Decoder.BackwardFromLoss(code, dCode);
        var losses = backend.Values(_loss.Top(rows));
        return new(users, PerUserGradients.Decoder(_model, code, rows, 1), losses);
    }

    /// <summary>
    /// The change of each pair's loss L_u by the step theta - step * g_v. L_u is the mean over u's draws, g_v the mean over v's
    /// draws. The result is exact up to rounding <b>relative to the change itself</b>: only differences pass through the layers.
    /// Steps far below the resolution of the losses can be measured.
    /// </summary>
    /// <param name="u">Gradients of u's draws: rows [pair, draw].</param>
    /// <param name="v">Gradients of v's draws: rows [pair, draw].</param>
    /// <param name="draws">Draws of each pair.</param>
    /// <param name="step">Step size.</param>
    public double[] StepChange(DecoderGradients u, DecoderGradients v, int draws, double step) =>
        StepChange(u, v, draws, [.. Enumerable.Repeat(step, u.Rows / draws)]);

    /// <summary>The same with a step size of its own for each pair.</summary>
    /// <param name="u">Gradients of u's draws: rows [pair, draw].</param>
    /// <param name="v">Gradients of v's draws: rows [pair, draw].</param>
    /// <param name="draws">Draws of each pair.</param>
    /// <param name="steps">Step size of each pair.</param>
    public double[] StepChange(DecoderGradients u, DecoderGradients v, int draws, double[] steps)
    {
        int rows = u.Rows, pairs = rows / draws;
        double[]? dx = null; // x'_l - x_l of each row
        for (int l = 0; l < u.Layers.Count; l++)
        {
            var (layer, stepped) = (u.Layers[l], v.Layers[l]);
            var da = dx is null ? new double[rows * layer.OutputWidth] : Propagate(dx, l, rows);
            Cores.For(0, pairs, pair =>
            {
                var moved = new double[layer.InputWidth];
                for (int row = pair * draws; row < (pair + 1) * draws; row++)
                {
                    layer.Input(row).CopyTo(moved);
                    if (dx is not null) TensorPrimitives.Add(moved, dx.AsSpan(row * moved.Length, moved.Length), moved);
                    var change = da.AsSpan(row * layer.OutputWidth, layer.OutputWidth);
                    for (int other = pair * draws; other < (pair + 1) * draws; other++)
                    {
                        double scale = -steps[pair] / draws * (TensorPrimitives.Dot(stepped.Input(other), moved) + 1);
                        TensorPrimitives.MultiplyAdd(stepped.Delta(other), scale, change, change);
                    }
                    if (l < u.Layers.Count - 1) TanhChange(u.Layers[l + 1].Input(row), change);
                }
            });
            dx = da;
        }
        var changes = new double[pairs];
        int items = u.Layers[^1].OutputWidth;
        Cores.For(0, pairs, pair =>
        {
            for (int row = pair * draws; row < (pair + 1) * draws; row++)
                changes[pair] += LossChange(
                    u.Layers[^1].Delta(row), _population.Items(u.Users[row]), dx!.AsSpan(row * items, items)) / draws;
        });
        return changes;
    }

    /// <summary>dx W' on the backend: a layer's linear part, applied to differences.</summary>
    private double[] Propagate(double[] dx, int layer, int rows)
    {
        var (backend, decoder) = (_model.Backend, _model.Decoder);
        var weight = (layer == decoder.Hidden.Count ? decoder.Output.Weight : ((Linear)decoder.Hidden[layer]).Weight).Value;
        var (below, above) = (_below.View(0, rows, weight.Columns), _above.View(0, rows, weight.Rows));
        backend.Upload(dx, below);
        backend.MatMul(Transpose.Second, below, weight, above);
        return backend.Values(above);
    }

    /// <summary>In place, da := tanh(a + da) - tanh(a) = t (1 - h^2) / (1 + h t), h = tanh(a), t = tanh(da).</summary>
    private static void TanhChange(ReadOnlySpan<double> h, Span<double> da)
    {
        for (int i = 0; i < da.Length; i++)
        {
            double t = Math.Tanh(da[i]);
            da[i] = t * (1 - h[i] * h[i]) / (1 + h[i] * t);
        }
    }

    /// <summary>loss(f + df) - loss(f) from delta = dloss/df, without subtracting two losses.</summary>
    private double LossChange(ReadOnlySpan<double> delta, ReadOnlySpan<int> clicks, ReadOnlySpan<double> df)
    {
        var likelihood = _model.Likelihood;
        double n = clicks.Length, clicked = 0, sum = 0;
        for (int i = 0, next = 0; i < df.Length; i++)
        {
            int x = next < clicks.Length && clicks[next] == i ? 1 : 0;
            next += x;
            clicked += x * df[i];
            sum += likelihood.Kind switch
            {
                LikelihoodKind.Multinomial => (delta[i] + x) / n * ExpMinusOne(df[i]), // N pi = delta + x
                LikelihoodKind.Logistic => LogOnePlus((delta[i] + x) * ExpMinusOne(df[i])) - x * df[i], // p = delta + x
                _ => delta[i] * df[i] + 0.5 * (x == 1 ? likelihood.ClickWeight : likelihood.ZeroWeight) * df[i] * df[i],
            };
        }
        // Multinomial: N log(sum_i pi_i e^df_i) - sum over clicks of df.
        return likelihood.Kind == LikelihoodKind.Multinomial ? n * LogOnePlus(sum) - clicked : sum;
    }

    /// <summary>e^x - 1 to full precision: 2 e^(x/2) sinh(x/2).</summary>
    private static double ExpMinusOne(double x) =>
        Math.Abs(x) < 1e-5 ? x + 0.5 * x * x : 2 * Math.Exp(0.5 * x) * Math.Sinh(0.5 * x);

    /// <summary>log(1 + x) to full precision.</summary>
    private static double LogOnePlus(double x) =>
        Math.Abs(x) < 1e-4 ? x * (1 - x * (0.5 - x * (1.0 / 3 - x / 4))) : Math.Log(1 + x);
}
