using ManualVae.Compute;
using ManualVae.Compute.Cases;
using ManualVae.Compute.Reference;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Training;

namespace ManualVae.Study;

/// <summary>One finding of <see cref="GradientSuite"/>.</summary>
/// <param name="Kind">operation, model, taylor or parity.</param>
/// <param name="Name">What was checked.</param>
/// <param name="Worst">Where it is worst: a tensor and an index, or nothing.</param>
/// <param name="Value">The error, or for taylor the slope.</param>
/// <param name="Bound">What passes: errors up to it; for taylor a slope no further than it from 2.</param>
public sealed record GradientFinding(string Kind, string Name, string Worst, double Value, double Bound)
{
    /// <summary>Whether it passed; never for a value that is not a number.</summary>
    public bool Passed => (Kind == "taylor" ? Math.Abs(Value - 2) : Value) <= Bound;
}

/// <summary>
/// What <c>manualvae gradcheck</c> does: the shipped backward code of every operation and of every preset's whole model against
/// central differences in double precision (masks and noise frozen), Taylor slopes along a random direction at the layers' real
/// widths, and the fast backend against the reference on every operation and on the same whole step.
/// </summary>
public static class GradientSuite
{
    private const double ParityTolerance = 2e-4, SlopeTolerance = 0.1;
    private const int TinyUsers = 6, TinyItems = 13, RealUsers = 8, RealItems = 300;

    /// <summary>Every operation of the contract, worst case first found.</summary>
    public static IEnumerable<GradientFinding> Operations()
    {
        foreach (var cases in OperationCases.Awkward().GroupBy(c => c.Operation))
        {
            GradientFinding? worst = null;
            foreach (var test in cases)
            {
                var run = test.Prepare(new ReferenceBackend());
                if (run.Backward is null) continue;
                foreach (var error in GradientCheck.Coordinates(Differentiable.Of(test, run), coordinates: 20))
                    if (worst is null || !(error.Error <= worst.Value))
                        worst = new(
                            "operation", cases.Key, $"{test.Shape} {error.Variable}[{error.Index}]", error.Error, GradientCheck.Tolerance);
            }
            if (worst is not null) yield return worst;
        }
    }

    /// <summary>
    /// Every operation of the contract on a backend, forward and backward, against the reference; the worst case of each.
    /// </summary>
    public static IEnumerable<GradientFinding> OperationParities(IBackend fast) =>
        from cases in OperationCases.Awkward().GroupBy(test => test.Operation)
        let worst = cases.Select(test => (Test: test, Found: OperationParity.Worst(test, fast)))
            .MaxBy(pair => double.IsNaN(pair.Found.Error) ? double.MaxValue : pair.Found.Error / OperationParity.Bound(pair.Test))
        select new GradientFinding("parity", $"{cases.Key} on {fast.Name}",
            $"{worst.Test.Shape} {worst.Found.Tensor}[{worst.Found.Index}]", worst.Found.Error, OperationParity.Bound(worst.Test));

    /// <summary>
    /// The whole model of some settings: coordinates at narrow layers, Taylor slope at the real ones, parity of a backend.
    /// </summary>
    /// <param name="name">How to call it.</param>
    /// <param name="settings">Which model.</param>
    /// <param name="fast">Backend whose whole step is compared with the reference's, or null.</param>
    public static IEnumerable<GradientFinding> Model(string name, RunSettings settings, IBackend? fast)
    {
        var objective = new Objective(settings.Beta, settings.AnchorWeight);
        var narrow = settings with
        {
            Hidden = [.. settings.Hidden.Select(_ => 7)], DecoderHidden = settings.DecoderHidden?.Select(_ => 7).ToArray(), Latent = 3,
            PseudoInputs = 4,
        };
        using (var model = Build(new ReferenceBackend(), narrow, TinyItems, TinyUsers, settings.Seed))
        {
            var problem = Problem(model, Clicks(TinyUsers, TinyItems), objective, settings.Seed);
            var worst = GradientCheck.Coordinates(problem, coordinates: 40).MaxBy(e => double.IsNaN(e.Error) ? double.MaxValue : e.Error);
            yield return new("model", name, $"{worst.Variable}[{worst.Index}]", worst.Error, GradientCheck.Tolerance);
        }
        var wide = settings with { PseudoInputs = Math.Min(settings.PseudoInputs, 20) };
        using (var model = Build(new ReferenceBackend(), wide, RealItems, RealUsers, settings.Seed))
        {
            var problem = Problem(model, Clicks(RealUsers, RealItems), objective, settings.Seed);
            yield return new("taylor", name, "", GradientCheck.TaylorSlope(problem, halvings: 4), SlopeTolerance);
        }
        if (fast is not null) yield return Parity(name, wide, objective, settings.Seed, fast);
    }

    private static GradientFinding Parity(string name, AutoencoderSettings settings, Objective objective, ulong seed, IBackend fast)
    {
        using var oracle = Build(new ReferenceBackend(), settings, RealItems, RealUsers, seed);
        using var model = Build(fast, settings, RealItems, RealUsers, seed);
        var clicks = Clicks(RealUsers, RealItems);
        Problem(oracle, clicks, objective, seed).Gradient();
        Problem(model, clicks, objective, seed).Gradient();
        var (worst, where) = (0.0, "");
        foreach (var parameter in oracle.Parameters.All.Where(p => !p.IsFrozen))
        {
            var expected = Download(oracle.Backend, parameter.Gradient);
            var actual = Download(fast, model.Parameters[parameter.Name].Gradient);
            double largest = expected.Max(Math.Abs) + 1e-6;
            for (int i = 0; i < expected.Length; i++)
            {
                double error = Math.Abs(expected[i] - actual[i]) / largest;
                if (!(error <= worst)) (worst, where) = (error, $"{parameter.Name}[{i}]");
            }
        }
        return new("parity", $"{name} on {fast.Name}", where, worst, ParityTolerance);
    }

    private static Autoencoder Build(IBackend backend, AutoencoderSettings settings, int items, int users, ulong seed) =>
        new(backend, settings, items, users, seed);

    private static Differentiable Problem(Autoencoder model, CsrMatrix clicks, Objective objective, ulong seed)
    {
        var batch = model.Backend.AllocateBatch(clicks.Rows, clicks.Columns, (int)clicks.EntryCount);
        batch.Load(clicks, [.. Enumerable.Range(0, clicks.Rows)]);
        return Differentiable.Of(model, batch, model.TrainingMask(seed, 1), new RandomKey(seed, 1, RandomPurpose.LatentNoise), objective);
    }

    /// <summary>Random histories; the first user has none.</summary>
    private static CsrMatrix Clicks(int users, int items)
    {
        var key = new RandomKey(3, 0, RandomPurpose.Study);
        var pairs = new List<(int, int)>();
        for (int user = 1; user < users; user++)
            for (int item = 0; item < items; item++)
                if (CounterRandom.Uniform(key, (uint)user, (uint)item) < 0.3) pairs.Add((user, item));
        return CsrMatrix.FromPairs(users, items, pairs);
    }

    private static double[] Download(IBackend backend, Tensor tensor)
    {
        var values = new double[tensor.Length];
        backend.Download(tensor, values);
        return values;
    }
}
