using ManualVae.Compute;
using ManualVae.Compute.Cases;
using ManualVae.Compute.Reference;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Alignment;

namespace ManualVae.Study;

/// <summary>One finding of <see cref="GradientSuite"/>.</summary>
/// <param name="Kind">operation, model, taylor or parity.</param>
/// <param name="Name">What was checked.</param>
/// <param name="Worst">Place of the largest error: a tensor and an index, or nothing.</param>
/// <param name="Value">The error; for taylor, the slope.</param>
/// <param name="Bound">The largest error that passes; for taylor, the largest distance of the slope from 2.</param>
public sealed record GradientFinding(string Kind, string Name, string Worst, double Value, double Bound)
{
    /// <summary>True if it passed; false if the value is not a number.</summary>
    public bool Passed => (Kind == "taylor" ? Math.Abs(Value - 2) : Value) <= Bound;
}

/// <summary>
/// Checks of all backward code. Every operation and whole models are compared with central differences in double precision, with
/// fixed masks and noise. Taylor slopes check the layers at their real widths. A fast backend is compared with the reference on
/// every operation and on a whole step.
/// </summary>
public static class GradientSuite
{
    private const double ParityTolerance = 2e-4, SlopeTolerance = 0.1;
    private const int TinyUsers = 6, TinyItems = 13, RealUsers = 8, RealItems = 300, RowsOfBlock = 4;

    /// <summary>Every operation against central differences; the worst case of each.</summary>
    public static IEnumerable<GradientFinding> Operations() =>
        from cases in OperationCases.Awkward().GroupBy(test => test.Operation)
        let errors = (from test in cases
                      let run = test.Prepare(new ReferenceBackend())
                      where run.Backward is not null
                      from error in GradientCheck.Coordinates(Differentiable.Of(test, run), coordinates: 20)
                      select (test.Shape, Worst: error)).ToList()
        where errors.Count > 0
        let found = errors.MaxBy(pair => Badness(pair.Worst.Error))
        let place = $"{found.Shape} {found.Worst.Variable}[{found.Worst.Index}]"
        select new GradientFinding("operation", cases.Key, place, found.Worst.Error, GradientCheck.Tolerance);

    /// <summary>Every operation on a backend against the reference, forward and backward; the worst case of each.</summary>
    public static IEnumerable<GradientFinding> OperationParities(IBackend fast) =>
        from cases in OperationCases.Awkward().GroupBy(test => test.Operation)
        let worst = cases.Select(test => (Test: test, Found: OperationParity.Worst(test, fast)))
            .MaxBy(pair => Badness(pair.Found.Error / OperationParity.Bound(pair.Test)))
        let place = $"{worst.Test.Shape} {worst.Found.Tensor}[{worst.Found.Index}]"
        let bound = OperationParity.Bound(worst.Test)
        select new GradientFinding("parity", $"{cases.Key} on {fast.Name}", place, worst.Found.Error, bound);

    /// <summary>A whole model: coordinates at narrow layers, Taylor slope at the real ones, parity of a backend.</summary>
    /// <param name="name">Its name in the findings.</param>
    /// <param name="settings">The model.</param>
    /// <param name="objective">Weights of the loss's parts.</param>
    /// <param name="seed">Seed of the weights, masks and noise.</param>
    /// <param name="fast">Backend whose whole step is compared with the reference's, or null.</param>
    /// <param name="aligned">Reconstruct real targets beside the clicks (MARec's eq. 7), not the clicks alone.</param>
    /// <param name="form">How the loss is computed.</param>
    public static IEnumerable<GradientFinding> Model(
        string name, AutoencoderSettings settings, Objective objective, ulong seed, IBackend? fast, bool aligned = false,
        OutputForm form = OutputForm.Whole)
    {
        var narrow = settings with
        {
            Hidden = [.. settings.Hidden.Select(_ => 7)],
            DecoderHidden = settings.DecoderHidden?.Select(_ => 7).ToArray(),
            Latent = 3,
            PseudoInputs = 4,
        };
        using (var model = Build(new ReferenceBackend(), narrow, TinyItems, TinyUsers, seed, form))
        using (var batch = Batch(model, TinyUsers))
        using (var targets = aligned ? Targets(model, TinyUsers) : null)
        {
            var problem = Problem(model, batch, objective, seed, targets);
            var worst = GradientCheck.Coordinates(problem, coordinates: 40).MaxBy(e => Badness(e.Error));
            yield return new("model", name, $"{worst.Variable}[{worst.Index}]", worst.Error, GradientCheck.Tolerance);
        }
        var wide = settings with { PseudoInputs = Math.Min(settings.PseudoInputs, 20) };
        using (var model = Build(new ReferenceBackend(), wide, RealItems, RealUsers, seed, form))
        using (var batch = Batch(model, RealUsers))
        using (var targets = aligned ? Targets(model, RealUsers) : null)
        {
            var problem = Problem(model, batch, objective, seed, targets);
            yield return new("taylor", name, "", GradientCheck.TaylorSlope(problem, halvings: 4), SlopeTolerance);
        }
        if (fast is not null) yield return Parity(name, wide, objective, seed, fast, aligned, form);
    }

    private static GradientFinding Parity(
        string name, AutoencoderSettings settings, Objective objective, ulong seed, IBackend fast, bool aligned,
        OutputForm form)
    {
        var knownForm = form == OutputForm.Sampled ? form : OutputForm.Whole; // the others compute the same loss
        using var oracle = Build(new ReferenceBackend(), settings, RealItems, RealUsers, seed, knownForm);
        using var model = Build(fast, settings, RealItems, RealUsers, seed, form);
        using SparseBatch known = Batch(oracle, RealUsers), batch = Batch(model, RealUsers);
        using SparseBatch? knownTargets = aligned ? Targets(oracle, RealUsers) : null,
            targets = aligned ? Targets(model, RealUsers) : null;
        Problem(oracle, known, objective, seed, knownTargets).Gradient();
        Problem(model, batch, objective, seed, targets).Gradient();
        var (worst, where) = (0.0, "");
        foreach (var parameter in oracle.Parameters.All.Where(p => !p.IsFrozen))
        {
            var expected = oracle.Backend.Values(oracle.WholeGradient(parameter));
            var actual = fast.Values(model.WholeGradient(model.Parameters[parameter.Name]));
            double largest = expected.Max(Math.Abs) + 1e-6;
            for (int i = 0; i < expected.Length; i++)
            {
                double error = Math.Abs(expected[i] - actual[i]) / largest;
                if (!(error <= worst)) (worst, where) = (error, $"{parameter.Name}[{i}]");
            }
        }
        return new("parity", $"{name} on {fast.Name}", where, worst, ParityTolerance);
    }

    private static Autoencoder Build(
        IBackend backend, AutoencoderSettings settings, int items, int users, ulong seed, OutputForm form) =>
        new(new MemoryScope(backend), settings, items, users, seed, form: form, rowsOfBlock: RowsOfBlock);

    /// <summary>Orders errors; one that is not a number is the worst.</summary>
    private static double Badness(double error) => double.IsNaN(error) ? double.MaxValue : error;

    private static Differentiable Problem(
        Autoencoder model, SparseBatch batch, Objective objective, ulong seed, SparseBatch? targets) =>
        Differentiable.Of(model, batch, model.TrainingMask(seed, 1), new(seed, 1, RandomPurpose.LatentNoise), objective, targets);

    private static SparseBatch Batch(Autoencoder model, int users) => Batch(model, users, Clicks(users, model.ItemCount));

    /// <summary>The clicks of a batch, and beside them real targets for every third item.</summary>
    private static SparseBatch Targets(Autoencoder model, int users)
    {
        int items = model.ItemCount;
        var similarity = new float[items * items];
        var key = new RandomKey(5, 0, RandomPurpose.Study);
        for (int i = 0; i < similarity.Length; i++)
            similarity[i] = CounterRandom.Uniform(key, (uint)(i / items), (uint)(i % items)) / items;
        double[] strengths = [.. Enumerable.Range(0, items).Select(item => item % 3 == 0 ? 2.0 : 0)];
        return Batch(model, users,
            new AlignedTargets(similarity, strengths).Of(Clicks(users, items), [.. Enumerable.Range(0, users)]));
    }

    private static SparseBatch Batch(Autoencoder model, int users, CsrMatrix clicks)
    {
        var batch = model.Backend.AllocateBatch(users, clicks.Columns, (int)clicks.EntryCount);
        batch.Load(clicks, [.. Enumerable.Range(0, users)]);
        return batch;
    }

    /// <summary>Random clicks; the first user has none.</summary>
    private static CsrMatrix Clicks(int users, int items)
    {
        var key = new RandomKey(3, 0, RandomPurpose.Study);
        var pairs = new List<(int, int)>();
        for (int user = 1; user < users; user++)
            for (int item = 0; item < items; item++)
                if (CounterRandom.Uniform(key, (uint)user, (uint)item) < 0.3) pairs.Add((user, item));
        return CsrMatrix.FromPairs(users, items, pairs);
    }
}
