namespace ManualVae.Compute.Cases;

// Likelihoods, in each form in which a training step computes them.
public static partial class OperationCases
{
    /// <summary>A likelihood and its fused gradient.</summary>
    public static OperationCase Likelihood(LikelihoodKind kind, int b, int items, double density = 0.1) =>
        Likelihood($"likelihood {kind}", kind, b, items, density, [(0, b)]);

    /// <summary>A likelihood of a batch in two blocks of users, the last one first.</summary>
    public static OperationCase LikelihoodBlocks(int b, int items) => Likelihood(
        "likelihood by blocks", LikelihoodKind.Multinomial, b, items, 0.2, [(b / 2, b - b / 2), (0, b / 2)]);

    /// <summary>A likelihood with weights of users, and of the clicks that the input lacks, in two blocks of users.</summary>
    public static OperationCase WeightedLikelihood(LikelihoodKind kind, int b, int items) => Likelihood(
        $"weighted likelihood {kind}", kind, b, items, 0.2, [(b / 2, b - b / 2), (0, b / 2)], weighted: true);

    /// <summary>Weights of clicks by what the input keeps.</summary>
    public static OperationCase DropEmphasis(int b, int items) =>
        new("drop emphasis", $"{b}x{items}", Tight, 0.3 * b * items, 2.4 * b * items, run =>
    {
        var batch = run.Batch(b, items, 0.3);
        var emphasis = run.Output("emphasis", 1, Math.Max(1, batch.Entries));
        run.Forward = () => run.Backend.DropEmphasis(batch, 1.5, 0.5, emphasis.Value);
    });

    private static OperationCase Likelihood(
        string name, LikelihoodKind kind, int b, int items, double density, (int First, int Rows)[] blocks,
        bool weighted = false) =>
        new(name, $"{b}x{items}", Loose, 20.0 * b * items, 8.0 * b * items, run =>
    {
        const double scale = 0.25;
        var likelihood = new Likelihood(kind, ClickWeight: 5, ZeroWeight: 0.5);
        var batch = run.Batch(b, items, density);
        if (weighted)
        {
            likelihood = likelihood with
            {
                Emphasis = run.Scratch("emphasis", 1, Math.Max(1, batch.Entries)),
                UserWeights = run.Scratch("user weights", b, 1),
            };
            run.Backend.DropEmphasis(batch, 1.5, 0.5, likelihood.Emphasis);
            run.Backend.Upload([.. Enumerable.Range(0, b).Select(user => 2f / (user + 1))], likelihood.UserWeights);
        }
        var (logits, loss) = (run.Input("logits", b, items, 2), run.Output("loss", b, 1, gradient: scale));
        var inPlace = run.Scratch("logits in place", b, items);
        run.Forward = () =>
        {
            foreach (var (first, rows) in blocks)
                run.Backend.LikelihoodForward(
                    likelihood, batch, logits.Value.Slice(first, rows), loss.Value.Slice(first, rows), first);
        };
        run.Backward = () =>
        {
            run.Backend.Copy(logits.Value, inPlace);
            foreach (var (first, rows) in blocks)
                run.Backend.LikelihoodBackward(
                    likelihood, batch, scale, inPlace.Slice(first, rows), loss.Value.Slice(first, rows), first);
            run.Backend.Add(inPlace, 1, logits.Gradient);
        };
    });

    /// <summary>Logits of the clicks alone.</summary>
    public static OperationCase ClickLogits(int b, int items, int n) =>
        new("click logits", $"{b}x{items}x{n}", Loose, 0.6 * b * items * n, 4.0 * (items + 2 * b) * n, run =>
    {
        var batch = run.Batch(b, items, 0.3);
        var h = run.Input("h", b, n);
        var (weight, bias) = (run.Parameter("weight", items, n), run.Parameter("bias", 1, items));
        var logits = run.Output("logits", 1, Math.Max(1, batch.Entries));
        run.Forward = () => run.Backend.ClickLogitsForward(batch, h.Value, weight, bias, logits.Value);
        run.Backward = () => run.Backend.ClickLogitsBackward(batch, h.Value, weight, bias, logits.Gradient, h.Gradient);
    });

    /// <summary>
    /// The Gaussian likelihood in Gram form, from products that the case draws; its gradient is checked in whole models.
    /// </summary>
    public static OperationCase GaussianGram(int b, int items, int n) =>
        new("gaussian gram", $"{b}x{items}x{n}", Loose, 8.0 * b * n, 20.0 * b * n, run =>
    {
        var likelihood = new Likelihood(LikelihoodKind.Gaussian, ClickWeight: 5, ZeroWeight: 0.5);
        var batch = run.Batch(b, items, 0.3);
        var (h, products) = (run.Random("h", b, n), run.Random("products", b, n));
        var (shift, square) = (run.Random("shift", 1, n), run.Random("square", 1, 1));
        var start = run.Random("click logits", 1, Math.Max(1, batch.Entries));
        var (loss, dh) = (run.Output("loss", b, 1), run.Output("dh", b, n));
        var clicks = run.Output("click gradients", 1, Math.Max(1, batch.Entries));
        run.Forward = () =>
        {
            run.Backend.Copy(start, clicks.Value);
            run.Backend.Fill(dh.Value, 0.5);
            run.Backend.GaussianGramBackward(
                likelihood, batch, 0.25, h, products, shift, square, clicks.Value, loss.Value, dh.Value);
        };
    });
}
