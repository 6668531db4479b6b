using ManualVae.Compute;
using ManualVae.Models;

namespace ManualVae.Training;

// One gradient update.
public sealed partial class Trainer
{
    /// <summary>
    /// One gradient update on the given training users; returns the sums of the losses: reconstruction, KL, anchor, total.
    /// </summary>
    private double[] Step(ReadOnlySpan<int> users, double beta, int batchOfEpoch)
    {
        bool encoder = Model.Updated.HasFlag(UpdatedParts.Encoder), decoder = Model.Updated.HasFlag(UpdatedParts.Decoder);
        _encoderOptimizer.LearningRateScale = _decoderOptimizer.LearningRateScale = LearningRateScale;
        if (encoder) _encoderOptimizer.Begin();
        if (decoder) _decoderOptimizer.Begin();
        // Groups of ranks take a part of the users each, and weigh it so that their gradients add up to the batch's mean.
        var own = ItemRange.Of(users.Length, Groups.Rank, Groups.Size);
        double[] losses = new double[4];
        if (own.Count > 0) losses = Backward(users.Slice(own.First, own.Count), (double)own.Count / users.Length, beta, encoder);
        Groups.Sum<double>(losses);
        if (!double.IsFinite(losses[3])) throw NotFinite(batchOfEpoch);
        if (encoder) _encoderOptimizer.End();
        if (decoder) _decoderOptimizer.End();
        _average?.Updated(_state.Updates - (_state.Start?.Updates ?? 0) + 1);
        return losses;
    }

    // Forward and backward pass of some of a batch's users; `share` is their share of the batch.
    private double[] Backward(ReadOnlySpan<int> users, double share, double beta, bool encoder)
    {
        uint step = checked((uint)_state.Updates);
        _batch.Load(_train, users);
        _targets?.Load(_aligned!.Of(_train, users), [.. Enumerable.Range(0, users.Length)]);
        // RecVAE trains its decoder on the clean input (Shenbin et al. 2020, section 3.4).
        var mask = encoder ? Model.TrainingMask(_settings.Seed, step) : Model.CleanInput;
        Model.Forward(_batch, mask, new(_settings.Seed, step, RandomPurpose.LatentNoise));
        double loss = Model.Backward(_batch, new Objective(beta * share, AnchorWeight * share, share), _targets);
        return [Sum(Model.ReconstructionLosses), Sum(Model.KlLosses), Sum(Model.AnchorLosses), loss / share * users.Length];
    }
}
