namespace ManualVae.Compute.Cases;

/// <summary>The table of operation cases: one factory for each operation, and the shapes that tests run.</summary>
public static partial class OperationCases
{
    private const double Tight = 1e-5, Loose = 1e-4; // Loose: sums of many terms, or differences of exponentials

    /// <summary>
    /// Every operation at awkward shapes: 1, vector width plus and minus one, primes, tall, wide, empty and full rows.
    /// </summary>
    public static IEnumerable<OperationCase> Awkward()
    {
        (int, int, int)[] shapes = [(1, 1, 1), (2, 3, 5), (3, 7, 2), (7, 17, 13), (5, 64, 33), (33, 15, 67), (16, 130, 31)];
        foreach (var (b, n, m) in shapes)
            foreach (var test in At(b, n, m)) yield return test;
    }

    /// <summary>
    /// Every operation at every width up to 33 (two vectors of the widest processors and one more), around 64, 128 and 256, and
    /// at primes between: each tail of each vector width. Three rows: an empty, a full and a random one.
    /// </summary>
    public static IEnumerable<OperationCase> Widths()
    {
        foreach (int width in (int[])[.. Enumerable.Range(1, 33), 47, 61, 63, 64, 65, 97, 127, 128, 129, 191, 255, 256, 257])
            foreach (var test in At(3, width, width)) yield return test;
    }

    /// <summary>Every operation with b users and layers of n and m; widths of single operations are multiples of these.</summary>
    public static IEnumerable<OperationCase> At(int b, int n, int m)
    {
        foreach (var transpose in Enum.GetValues<Transpose>()) yield return MatMul(transpose, b, n, m);
        foreach (var activation in Enum.GetValues<Activation>()) yield return Linear(activation, b, n, m);
        yield return SparseLinear(b, 3 * n + 1, m);
        foreach (var mode in Enum.GetValues<MaskMode>()) yield return EncodeInputs(mode, b, 5 * n);
        yield return Concat(b, n, m);
        yield return Swish(b, n);
        yield return Gate(b, m);
        yield return LayerNorm(b, n + 1);
        yield return UnitRows(b, m);
        yield return MoveRows(b, m);
        yield return AdamAtRest(b, n);
        yield return SelfTerm(b, 2 * n, m);
        yield return LeaveUsersOut(b, 3 * n);
        yield return Sample(b, m);
        yield return Noise(b, n);
        yield return StandardKl(b, n);
        yield return GaussianLogDensity(b, m);
        yield return CompositeLogDensity(b, n);
        yield return MixtureLogDensity(b, m, n);
        foreach (var form in Enum.GetValues<AnchorForm>()) yield return Anchor(form, AnchorPart.Both, 1, false, b, 2 * n, m);
        yield return Anchor(AnchorForm.ClosedForm, AnchorPart.Mean, 1, false, b, 2 * n, m);
        yield return Anchor(AnchorForm.ClosedForm, AnchorPart.Variance, 1, false, b, 2 * n, m);
        yield return Anchor(AnchorForm.ClosedForm, AnchorPart.Both, 1, true, b, 2 * n, m);
        yield return Anchor(AnchorForm.ClosedForm, AnchorPart.Both, 3, false, b, 2 * n, m);
        yield return Anchor(AnchorForm.Sampled, AnchorPart.Both, 2, true, b, 2 * n, m);
        yield return Anchor(AnchorForm.ClosedForm, AnchorPart.Both, n, false, b, 2 * n, m, codebook: true);
        foreach (var kind in Enum.GetValues<LikelihoodKind>()) yield return Likelihood(kind, b, 11 * n);
        yield return LikelihoodBlocks(b, 3 * n);
        foreach (var kind in Enum.GetValues<LikelihoodKind>()) yield return WeightedLikelihood(kind, b, 3 * n);
        yield return DropEmphasis(b, 3 * n);
        yield return ClickLogits(b, 2 * n, m);
        yield return GaussianGram(b, n, m);
        yield return Adam(n, m);
    }

    /// <summary>C = op(A) op(B) with C [b, m] and inner dimension n.</summary>
    public static OperationCase MatMul(Transpose transpose, int b, int n, int m) =>
        new($"matmul {transpose}", $"{b}x{n}x{m}", Tight * Math.Sqrt(n), 6.0 * b * n * m, 8.0 * (b * n + n * m + b * m), run =>
        {
            var left = transpose == Transpose.First ? run.Input("a", n, b) : run.Input("a", b, n);
            var right = transpose == Transpose.Second ? run.Input("b", m, n) : run.Input("b", n, m);
            var c = run.Output("c", b, m);
            var backend = run.Backend;
            run.Forward = () => backend.MatMul(transpose, left.Value, right.Value, c.Value);
            run.Backward = () =>
            {
                var (da, db, dc) = (left.Gradient, right.Gradient, c.Gradient);
                bool none = transpose == Transpose.None;
                if (transpose == Transpose.First) backend.MatMul(Transpose.Second, right.Value, dc, da, accumulate: true);
                else backend.MatMul(none ? Transpose.Second : Transpose.None, dc, right.Value, da, accumulate: true);
                if (transpose == Transpose.Second) backend.MatMul(Transpose.First, dc, left.Value, db, accumulate: true);
                else backend.MatMul(none ? Transpose.First : Transpose.None, left.Value, dc, db, accumulate: true);
            };
        });

    /// <summary>Dense layer with its activation.</summary>
    public static OperationCase Linear(Activation activation, int b, int n, int m) =>
        new($"linear {activation}", $"{b}x{n}x{m}", Tight * Math.Sqrt(n), 6.0 * b * n * m, 8.0 * (b * n + n * m + b * m), run =>
        {
            var (x, weight) = (run.Input("x", b, n), run.Parameter("weight", m, n, 1 / Math.Sqrt(n)));
            SetUpLayer(run, activation, b, m,
                (bias, y) => run.Backend.LinearForward(x.Value, weight, bias, activation, y),
                (bias, dy) => run.Backend.LinearBackward(x.Value, weight, bias, dy, x.Gradient));
        });

    private static void SetUpLayer(
        OperationRun run, Activation activation, int b, int m, Action<Parameter, Tensor> forward,
        Action<Parameter, Tensor> backward)
    {
        var (bias, y, dy) = (run.Parameter("bias", 1, m), run.Output("y", b, m), run.Scratch("dy", b, m));
        run.Forward = () => forward(bias, y.Value);
        run.Backward = () =>
        {
            run.Backend.Copy(y.Gradient, dy);
            run.Backend.ActivationBackward(activation, y.Value, dy);
            backward(bias, dy);
        };
    }

    /// <summary>Sparse input layer.</summary>
    public static OperationCase SparseLinear(int b, int items, int m, double density = 0.2) =>
        new("sparse linear", $"{b}x{items}x{m}", Loose, 4.0 * density * b * items * m, 8.0 * m * (b + items), run =>
        {
            var (batch, weight) = (run.Batch(b, items, density), run.Parameter("weight", items, m));
            SetUpLayer(run, Activation.Tanh, b, m,
                (bias, y) => run.Backend.SparseLinearForward(batch, weight, bias, Activation.Tanh, y),
                (bias, dy) => run.Backend.SparseLinearBackward(batch, weight, bias, dy));
        });

    /// <summary>What the encoder sees of a batch.</summary>
    public static OperationCase EncodeInputs(MaskMode mode, int b, int items, double density = 0.3) =>
        new($"encode {mode}", $"{b}x{items}", Tight, 3 * density * b * items, 8 * density * b * items, run =>
        {
            var batch = run.Batch(b, items, density);
            var inputs = run.Output("inputs", 1, Math.Max(1, batch.Entries));
            var mask = new InputMask(mode, 0.6f, new RandomKey(5, 9, RandomPurpose.Mask));
            run.Forward = () =>
            {
                run.Backend.EncodeInputs(batch, mask);
                run.Backend.Copy(batch.Inputs.View(0, 1, inputs.Value.Columns), inputs.Value);
            };
        });

    /// <summary>Concatenation.</summary>
    public static OperationCase Concat(int b, int n, int m) => new("concat", $"{b}x({n}+{m})", 0, 0, 16.0 * b * (n + m), run =>
    {
        var (left, right, y) = (run.Input("a", b, n), run.Input("b", b, m), run.Output("y", b, n + m));
        run.Forward = () => run.Backend.ConcatForward(left.Value, right.Value, y.Value);
        run.Backward = () => run.Backend.ConcatBackward(y.Gradient, left.Gradient, right.Gradient);
    });

    /// <summary>Swish.</summary>
    public static OperationCase Swish(int b, int n) => new("swish", $"{b}x{n}", Tight, 16.0 * b * n, 20.0 * b * n, run =>
    {
        var (x, y) = (run.Input("x", b, n, 3), run.Output("y", b, n));
        run.Forward = () => run.Backend.SwishForward(x.Value, y.Value);
        run.Backward = () => run.Backend.SwishBackward(x.Value, y.Gradient, x.Gradient);
    });

    /// <summary>Gate.</summary>
    public static OperationCase Gate(int b, int n) => new("gate", $"{b}x{n}", Tight, 16.0 * b * n, 32.0 * b * n, run =>
    {
        var (h, g, y) = (run.Input("h", b, n), run.Input("g", b, n, 3), run.Output("y", b, n));
        run.Forward = () => run.Backend.GateForward(h.Value, g.Value, y.Value);
        run.Backward = () => run.Backend.GateBackward(h.Value, g.Value, y.Gradient, h.Gradient, g.Gradient);
    });

    /// <summary>Layer normalisation, with RecVAE's epsilon.</summary>
    public static OperationCase LayerNorm(int b, int n) =>
        new("layernorm", $"{b}x{n}", Loose, 16.0 * b * n, 24.0 * b * n, run =>
    {
        var (x, y, saved) = (run.Input("x", b, n), run.Output("y", b, n), run.Scratch("saved", b, 2));
        var (gain, bias) = (run.Parameter("gain", 1, n), run.Parameter("bias", 1, n));
        run.Forward = () => run.Backend.LayerNormForward(x.Value, gain, bias, 0.1, y.Value, saved);
        run.Backward = () => run.Backend.LayerNormBackward(x.Value, gain, bias, saved, y.Gradient, x.Gradient);
    });

    /// <summary>Reparameterised sampling.</summary>
    public static OperationCase Sample(int b, int latent) =>
        new("sample", $"{b}x{latent}", Tight, 10.0 * b * latent, 36.0 * b * latent, run =>
    {
        var (posterior, z) = (run.Input("posterior", b, 2 * latent), run.Output("z", b, latent));
        var noise = run.Random("noise", b, latent);
        run.Forward = () => run.Backend.SampleForward(posterior.Value, noise, z.Value);
        run.Backward = () => run.Backend.SampleBackward(posterior.Value, noise, z.Gradient, posterior.Gradient);
    });

    /// <summary>The counter-based noise itself.</summary>
    public static OperationCase Noise(int b, int latent) =>
        new("noise", $"{b}x{latent}", Tight, 40.0 * b * latent, 4.0 * b * latent, run =>
    {
        var batch = run.Batch(b, 10, 0.5);
        var noise = run.Output("noise", b, latent);
        run.Forward = () => run.Backend.DrawNoise(batch, new RandomKey(1, 2, RandomPurpose.LatentNoise), noise.Value);
    });

    /// <summary>KL to the standard normal, with a scale for each row.</summary>
    public static OperationCase StandardKl(int b, int latent) =>
        new("standard kl", $"{b}x{latent}", Tight, 10.0 * b * latent, 24.0 * b * latent, run =>
    {
        var (posterior, loss) = (run.Input("posterior", b, 2 * latent), run.Output("loss", b, 1));
        run.Forward = () => run.Backend.StandardKlForward(posterior.Value, loss.Value);
        run.Backward = () => run.Backend.StandardKlBackward(posterior.Value, loss.Gradient, posterior.Gradient);
    });

    /// <summary>log N(z; mu, sigma^2).</summary>
    public static OperationCase GaussianLogDensity(int b, int latent) =>
        new("gaussian log density", $"{b}x{latent}", Loose, 20.0 * b * latent, 36.0 * b * latent, run =>
    {
        var (z, posterior) = (run.Input("z", b, latent), run.Input("posterior", b, 2 * latent));
        var density = run.Output("log density", b, 1);
        run.Forward = () => run.Backend.GaussianLogDensityForward(z.Value, posterior.Value, density.Value);
        run.Backward = () => run.Backend.GaussianLogDensityBackward(
            z.Value, posterior.Value, density.Gradient, z.Gradient, posterior.Gradient);
    });

    /// <summary>RecVAE's composite prior.</summary>
    public static OperationCase CompositeLogDensity(int b, int latent) =>
        new("composite log density", $"{b}x{latent}", Loose, 60.0 * b * latent, 24.0 * b * latent, run =>
    {
        var (z, old) = (run.Input("z", b, latent), run.Random("old posterior", b, 2 * latent));
        var density = run.Output("log density", b, 1);
        run.Forward = () => run.Backend.CompositeLogDensityForward(CompositePrior.RecVae, z.Value, old, density.Value);
        run.Backward = () => run.Backend.CompositeLogDensityBackward(
            CompositePrior.RecVae, z.Value, old, density.Gradient, z.Gradient);
    });

    /// <summary>VampPrior's mixture.</summary>
    public static OperationCase MixtureLogDensity(int b, int latent, int components) =>
        new("mixture log density", $"{b}x{latent}x{components}", Loose, 20.0 * b * latent * components,
            8.0 * components * (2 * latent + b), run =>
    {
        var (z, mixture) = (run.Input("z", b, latent), run.Input("components", components, 2 * latent));
        var (density, responsibilities) = (run.Output("log density", b, 1), run.Scratch("responsibilities", b, components));
        run.Forward = () => run.Backend.MixtureLogDensityForward(z.Value, mixture.Value, density.Value, responsibilities);
        run.Backward = () => run.Backend.MixtureLogDensityBackward(
            z.Value, mixture.Value, responsibilities, density.Gradient, z.Gradient, mixture.Gradient);
    });

    /// <summary>The anchor regulariser: a form, a part, anchors of an item, whether items have weights, or a codebook.</summary>
    public static OperationCase Anchor(
        AnchorForm form, AnchorPart part, int perItem, bool weighted, int b, int items, int latent, bool codebook = false) =>
        new($"anchor {form} {part}{(codebook ? " codebook" : perItem > 1 ? $" x{perItem}" : "")}{(weighted ? " weighted" : "")}",
            $"{b}x{items}x{latent}", Loose, 2.0 * b * items * latent * perItem, 8.0 * (items * perItem + 3 * b) * latent, run =>
    {
        var batch = run.Batch(b, items, 0.3);
        var anchors = codebook
            ? run.Parameter("anchors", perItem, latent) : run.Parameter("anchors", items, perItem * latent);
        var (posterior, z) = (run.Input("posterior", b, 2 * latent), run.Input("z", b, latent));
        var (loss, centroids) = (run.Output("loss", b, 1), run.Scratch("centroids", b, latent));
        var term = new AnchorTerm(form, part, perItem, IsCodebook: codebook);
        if (weighted)
        {
            term = term with { ItemWeights = run.Scratch("weights", items, 1), UserWeights = run.Scratch("sums", b, 1) };
            run.Backend.Upload([.. Enumerable.Range(0, items).Select(item => 1f / (item + 1))], term.ItemWeights);
        }
        run.Forward = () => run.Backend.AnchorForward(term, batch, anchors, posterior.Value, z.Value, centroids, loss.Value);
        run.Backward = () => run.Backend.AnchorBackward(
            term, batch, anchors, posterior.Value, z.Value, centroids, loss.Gradient, posterior.Gradient, z.Gradient);
    });

    /// <summary>Three Adam updates with weight decay; no derivative.</summary>
    public static OperationCase Adam(int rows, int columns) =>
        new("adam", $"{rows}x{columns}", Loose, 30.0 * rows * columns, 100.0 * rows * columns, run =>
    {
        var value = run.Output("value", rows, columns);
        var (start, gradient) = (run.Random("start", rows, columns), run.Random("gradient", rows, columns));
        var (first, second) = (run.Scratch("moment 1", rows, columns), run.Scratch("moment 2", rows, columns));
        var parameter = new Parameter("value", value.Value, gradient, first, second) { WeightDecay = 0.01 };
        run.Forward = () =>
        {
            run.Backend.Copy(start, value.Value);
            run.Backend.Fill(parameter.FirstMoment, 0);
            run.Backend.Fill(parameter.SecondMoment, 0);
            for (int step = 1; step <= 3; step++) run.Backend.Adam(parameter, new AdamStep(1e-3, step));
        };
    });
}
