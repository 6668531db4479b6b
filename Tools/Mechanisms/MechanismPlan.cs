using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Training;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Mechanisms;

/// <summary>What the table is made of.</summary>
internal sealed record MechanismPlan
{
    public required int Epochs { get; init; }

    /// <summary>Epochs of the masked setting stopped early; none where 0, or not fewer than all.</summary>
    public required int Early { get; init; }

    public required int Users { get; init; }

    public required int Pairs { get; init; }

    public required double[] AnchorWeights { get; init; }

    public required double[] Betas { get; init; }

    /// <summary>
    /// The published Mult-VAE (or another preset), its beta reaching its cap half way through so short a training.
    /// </summary>
    public static RunSettings Shortened(PreparedDataset data, string preset, int epochs, string device, int threads, ulong seed)
    {
        var published = Preset.Load(preset);
        if (published.Model != "multvae" || published.Levels != 1 || published.Encoder == EncoderKind.Gated)
            throw new InputException(
                $"--preset {preset}: the studies need a VAE of one latent level with tanh decoder layers; liang2018, for one.");
        long updates = (long)epochs * ((data.Train.Rows + published.BatchSize - 1) / published.BatchSize);
        return published with
        {
            Epochs = epochs, Patience = 0, BetaSteps = Math.Max(1, (long)(updates / 2 / published.Beta)), Device = device,
            Threads = threads, Seed = seed,
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
            yield return new(Constant(beta), masked with { Beta = beta, BetaSchedule = BetaScheduleKind.Constant,
                Epochs = Math.Max(1, Epochs / 2) }, false);
    }

    public static string Anchored(double weight) => Text($"anchors-{weight}");

    public static string Constant(double beta) => Text($"beta-{beta}");
}
