using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Training;

namespace ManualVae.Tools.Mechanisms;

/// <summary>The settings and sizes of the table.</summary>
internal sealed record MechanismPlan
{
    /// <summary>Most epochs of a setting; the sweep of beta has half of it.</summary>
    public int Epochs { get; init; } = 100;

    /// <summary>A training has converged, and ends, after this many epochs without improvement on validation.</summary>
    public int Patience { get; init; } = 10;

    /// <summary>Epochs after which settings 1 to 3 are measured too; none for the best epoch only.</summary>
    public IReadOnlyList<int> Stages { get; init; } = [1, 3, 10, 30];

    /// <summary>The same for all other settings.</summary>
    public IReadOnlyList<int> SweepStages { get; init; } = [3];

    /// <summary>Training users sampled.</summary>
    public int Users { get; init; } = 600;

    /// <summary>Pairs of the radius study.</summary>
    public int Pairs { get; init; } = 2000;

    /// <summary>lambda of setting 3: one run for each.</summary>
    public IReadOnlyList<double> AnchorWeights { get; init; } = [1];

    /// <summary>Sweep of the training mask: shares of clicks dropped. 0 is setting 1, the preset's own rate setting 2.</summary>
    public IReadOnlyList<double> Masks { get; init; } = [0, 0.25, 0.5, 0.75];

    /// <summary>Sweep of constant betas; none for no sweep.</summary>
    public IReadOnlyList<double> Betas { get; init; } = [0, 0.2, 1, 5, 20];

    /// <summary>Priors beside the plain Gaussian one, normal: setting 2 with each.</summary>
    public IReadOnlyList<PriorKind> Priors { get; init; } = [PriorKind.Vamp, PriorKind.Composite];

    /// <summary>Names of the settings to train and measure; none for all.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Refuses options outside their ranges.</summary>
    /// <exception cref="InputException">Names the option and its range.</exception>
    public void Validate()
    {
        if (Epochs < 2) throw new InputException($"--epochs {Epochs}: give at least 2.");
        if (Patience < 1) throw new InputException($"--patience {Patience}: give at least 1.");
        foreach (var (flag, stages) in new[] { ("--stages", Stages), ("--sweep-stages", SweepStages) })
            if (stages.FirstOrDefault(epoch => epoch < 1, 1) is < 1 and var stage)
                throw new InputException($"{flag} {stage}: give epochs from 1.");
        if (Pairs < 1) throw new InputException($"--pairs {Pairs}: give at least 1.");
        if (Users < 3) throw new InputException($"--users {Users}: give at least 3.");
        if (AnchorWeights.FirstOrDefault(w => w <= 0, 1) is <= 0 and var weight)
            throw new InputException($"--anchor-weights {weight}: give weights above 0.");
        if (Masks.FirstOrDefault(r => r is < 0 or >= 1) is (< 0 or >= 1) and var rate)
            throw new InputException($"--masks {rate}: give shares in [0, 1).");
        if (Betas.FirstOrDefault(b => b < 0) is < 0 and var beta) throw new InputException($"--betas {beta}: give 0 or more.");
        if (Priors.Contains(PriorKind.Normal))
            throw new InputException("--priors normal: every other setting has it; leave it out.");
    }

    /// <summary>
    /// The published Mult-VAE, or another preset, for a short training: beta reaches its cap half way.
    /// </summary>
    public RunSettings Shortened(PreparedDataset data, MechanismTraining training, ulong seed)
    {
        var published = Preset.Load(training.Preset);
        if (published.Model != "multvae" || published.Levels != 1 || published.Encoder == EncoderKind.Gated)
            throw new InputException($"--preset {training.Preset}: the studies need a VAE of one latent level with tanh decoder "
                + "layers, such as liang2018.");
        long updates = (long)Epochs * ((data.Train.Rows + published.BatchSize - 1) / published.BatchSize);
        return published with
        {
            Epochs = Epochs,
            Patience = Patience,
            BetaSteps = Math.Max(1, (long)(updates / 2 / published.Beta)),
            Device = training.Device,
            Threads = training.Threads,
            Seed = seed,
        };
    }

    /// <summary>The settings asked for: all, or those of <see cref="Settings"/>.</summary>
    /// <exception cref="InputException">There is no setting of a name.</exception>
    public IReadOnlyList<MechanismSetting> Chosen(RunSettings masked)
    {
        MechanismSetting[] all = [.. All(masked)];
        if (Settings.FirstOrDefault(name => all.All(setting => setting.Name != name)) is string unknown)
            throw new InputException(
                $"--settings {unknown}: there is no such setting; give some of {string.Join(", ", all.Select(s => s.Name))}.");
        return [.. all.Where(setting => Settings.Count == 0 || Settings.Contains(setting.Name))];
    }

    /// <summary>
    /// 1 (clean), 2 (masked), 3 (masked and anchors), other rates of the mask, the theorem's own mask, other priors, constant
    /// betas for half the time.
    /// </summary>
    private IEnumerable<MechanismSetting> All(RunSettings masked)
    {
        yield return Main("clean", masked with { Mask = MaskMode.Clean });
        yield return Main("masked", masked);
        foreach (double weight in AnchorWeights) yield return Main(Anchored(weight), masked with { AnchorWeight = weight });
        foreach (double rate in Masks.Where(rate => rate != 0 && rate != masked.Dropout))
            yield return Other($"{MaskPrefix}{rate}", masked with { Dropout = rate });
        // The theorem's own mask, x * b, and the same input without a mask: neither normalised nor rescaled.
        yield return Other("plain", masked with { Mask = MaskMode.Plain });
        yield return Other("plain-clean", masked with { Mask = MaskMode.Plain, Dropout = 0 });
        foreach (var prior in Priors) yield return Other(WithPrior(prior), masked with { Prior = prior });
        foreach (double beta in Betas)
        {
            var constant = masked with { Beta = beta, BetaSchedule = BetaScheduleKind.Constant };
            yield return Other(Constant(beta), constant with { Epochs = Math.Max(1, Epochs / 2) });
        }
    }

    /// <summary>Start of the names of other rates of the training mask.</summary>
    public const string MaskPrefix = "mask-";

    /// <summary>Names of settings 1 to 3.</summary>
    public IEnumerable<string> MainNames => ["clean", "masked", .. AnchorWeights.Select(Anchored)];

    /// <summary>Name of the setting with anchors of a weight.</summary>
    public static string Anchored(double weight) => $"anchors-{weight}";

    /// <summary>Name of the setting with a constant beta.</summary>
    public static string Constant(double beta) => $"beta-{beta}";

    /// <summary>Name of the setting with another prior.</summary>
    public static string WithPrior(PriorKind prior) => prior.ToString().ToLowerInvariant();

    private MechanismSetting Main(string name, RunSettings run) => new(name, run, true, Sorted(Stages));

    private MechanismSetting Other(string name, RunSettings run) => new(name, run, false, Sorted(SweepStages));

    private static int[] Sorted(IReadOnlyList<int> stages) => [.. stages.Distinct().Order()];
}
