using ManualVae.Compute;
using ManualVae.Models;

namespace ManualVae.Training;

// What a model is told of the data, item vectors that are moved between epochs, and what is kept.
public sealed partial class Trainer
{
    private void TellTheModel(CancellationToken cancellation)
    {
        int[] clicks = _train.ColumnCounts();
        if (_settings.AnchorWeighting == AnchorWeighting.Rarity) Model.WeightAnchorsBy(clicks);
        Model.WeightUsersBy(_train);
        Model.CorrectLogitsBy(clicks);
        Model.DrawNegativesBy(clicks);
        if (_state.Updates == 0) Model.FitLinearPath(_train, new(Cancellation: cancellation));
    }

    /// <summary>Tells the model of the epoch's updates so far, which its rows at rest have not had yet.</summary>
    private void GoOnAfterUpdates()
    {
        var before = _state with { Updates = _state.Updates - _state.BatchesOfEpoch, BatchesOfEpoch = 0 };
        var (encoderSteps, decoderSteps) = StepsOf(before);
        var (encoder, decoder) = (new List<AdamStep>(), new List<AdamStep>());
        for (int b = 0; b < _state.BatchesOfEpoch; b++)
        {
            bool encoderPass = !Alternating || b < _settings.EncoderPasses * BatchesOfPass;
            double rate = _settings.LearningRate * ScaleOf(before.Updates + b);
            if (encoderPass) encoder.Add(new(rate, ++encoderSteps));
            else encoder.Clear(); // settled between the passes
            if (!encoderPass || !Alternating) decoder.Add(new(rate, ++decoderSteps));
        }
        Model.GoOnAfter(encoder, decoder);
    }

    private ImplicitSlim ImplicitSlimOf(int firstWidth) => new(
        _memory, _train, _batch, Math.Max(firstWidth, Model.Decoder.Output.Weight.Value.Columns), _settings.ImplicitSlimThreshold,
        _settings.ImplicitSlimLambda, _settings.ImplicitSlimAlpha);

    /// <summary>ImplicitSLIM on the first and the last layer, at the start of every so many epochs.</summary>
    private void UpdateItemVectors()
    {
        if (_implicitSlim is null || (EpochsBefore + _state.Epoch + 1) % _settings.ImplicitSlim != 0) return;
        foreach (var layer in new[] { Model.Parameters["encoder.0.weight"], Model.Decoder.Output.Weight })
        {
            Model.Backend.Flush(layer);
            _implicitSlim.Update(layer.Value);
        }
    }

    private void SaveLast()
    {
        if (_run is not null)
            Checkpoint.Save(_run.LastCheckpoint, Model, _settings, _state, moments: true, _average?.Averages);
    }

    private void CopyBest(bool toModel)
    {
        var weights = Model.Parameters.All;
        _best ??= [.. weights.Select(p => _memory.Allocate(p.Value.Rows, p.Value.Columns))];
        foreach (var (parameter, best) in weights.Zip(_best))
        {
            Model.Backend.Flush(parameter);
            if (toModel) Model.Backend.Copy(best, parameter.Value);
            else Model.Backend.Copy(parameter.Value, best);
        }
    }
}
