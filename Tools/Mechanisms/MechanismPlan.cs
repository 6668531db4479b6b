using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Training;

namespace ManualVae.Tools.Mechanisms;

/// <summary>The settings and sizes of the table.</summary>
internal sealed record MechanismPlan
{
    /// <summary>Epochs of settings 1 to 3; the sweep of beta has half of it.</summary>
    public int Epochs { get; init; } = 40;

    /// <summary>Epochs, fewer than those of all, after which setting 2 is measured too; 0 for never.</summary>
    public int Early { get; init; } = 3;

    /// <summary>Training users sampled.</summary>
    public int Users { get; init; } = 600;

    /// <summary>Pairs of the radius study.</summary>
    public int Pairs { get; init; } = 2000;

    /// <summary>lambda of setting 3: one run for each.</summary>
    public IReadOnlyList<double> AnchorWeights { get; init; } = [1, 8];

    /// <summary>Sweep of constant betas; none for no sweep.</summary>
    public IReadOnlyList<double> Betas { get; init; } = [0, 0.2, 1, 5, 20];

    /// <summary>Refuses options outside their ranges.</summary>
    /// <exception cref="InputException">Names the option and its range.</exception>
    public void Validate()
    {
        if (Epochs < 2) throw new InputException($"--epochs {Epochs}: give at least 2.");
        if (Early < 0) throw new InputException($"--early {Early}: give 0 or more.");
        if (Pairs < 1) throw new InputException($"--pairs {Pairs}: give at least 1.");
        if (Users < 3) throw new InputException($"--users {Users}: give at least 3.");
        if (AnchorWeights.FirstOrDefault(w => w <= 0, 1) is <= 0 and var weight)
            throw new InputException($"--anchor-weights {weight}: give weights above 0.");
        if (Betas.FirstOrDefault(b => b < 0) is < 0 and var beta) throw new InputException($"--betas {beta}: give 0 or more.");
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
            Patience = 0,
            BetaSteps = Math.Max(1, (long)(updates / 2 / published.Beta)),
            Device = training.Device,
            Threads = training.Threads,
            Seed = seed,
        };
    }

    /// <summary>
    /// The settings: 1 (clean), 2 (masked), 3 (masked and anchors), masked stopped early, constant betas for half the time.
    /// </summary>
    public IEnumerable<MechanismSetting> Settings(RunSettings masked)
    {
        yield return new("clean", masked with { Mask = MaskMode.Clean }, true);
        yield return new("masked", masked, true);
        foreach (double weight in AnchorWeights) yield return new(Anchored(weight), masked with { AnchorWeight = weight }, true);
        if (Early > 0 && Early < Epochs) yield return new("early", masked with { Epochs = Early }, false);
        foreach (double beta in Betas)
        {
            var constant = masked with { Beta = beta, BetaSchedule = BetaScheduleKind.Constant };
            yield return new(Constant(beta), constant with { Epochs = Math.Max(1, Epochs / 2) }, false);
        }
    }

    /// <summary>Name of the setting with anchors of a weight.</summary>
    public static string Anchored(double weight) => $"anchors-{weight}";

    /// <summary>Name of the setting with a constant beta.</summary>
    public static string Constant(double beta) => $"beta-{beta}";
}
