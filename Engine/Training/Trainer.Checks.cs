using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Training;

// What stops a training that went wrong.
public sealed partial class Trainer
{
    // A part with nothing to find would make every epoch's value NaN.
    private static EvaluationSplit? ValidationOf(PreparedDataset data, RunSettings settings)
    {
        if (data.Validation is not { HasClicksToFind: true } part) return null;
        settings.RequireValidationBy(part);
        return part;
    }

    /// <summary>Refuses a state that this run cannot have come to: its counts must agree with the batches of an epoch.</summary>
    private TrainingState RequireOfThisRun(TrainingState state)
    {
        long batches = (long)BatchesOfPass * Passes;
        return state.BatchesOfEpoch <= batches && state.Epoch <= _settings.Epochs
            && state.Updates - (state.Start?.Updates ?? 0) == (state.Epoch * batches) + state.BatchesOfEpoch
            ? state : throw new InputException($"{_run!.LastCheckpoint}: says {state.Updates} updates after epoch {state.Epoch}, "
                + $"which are not those of this run, of {batches} in each epoch; train again.");
    }

    /// <summary>The epochs before, from the metrics, which may have a line more than the checkpoint, after a kill.</summary>
    private static IEnumerable<EpochMetrics> EpochsSoFar(RunFolder run, int epoch)
    {
        var epochs = run.ReadMetrics().Where(e => e.Epoch <= epoch).ToList();
        return epochs.Select(e => e.Epoch).SequenceEqual(Enumerable.Range(1, epoch)) ? epochs : throw new InputException(
            $"{run.Path}: its metrics.jsonl has not epochs 1 to {epoch}, one a line, as last.ckpt has; train again.");
    }

    private void RequireFiniteWeights()
    {
        if (FirstNonFinite() is string name)
            throw Stopped($"after epoch {_state.Epoch + 1} the weights of {name} are not finite");
    }

    private TrainingException NotFinite(int batchOfEpoch)
    {
        int user = 0;
        for (int row = 0; row < _batch.Rows; row++)
            if (!double.IsFinite(Model.ReconstructionLosses[row] + Model.KlLosses[row] + Model.AnchorLosses[row]))
            {
                user = _batch.Users[row];
                break;
            }
        return Stopped(
            $"epoch {_state.Epoch + 1}, batch {batchOfEpoch + 1}: the loss of user '{_data.UserIds[user]}' is not finite, "
            + $"first in {FirstNonFinite() ?? "the logits"}");
    }

    private TrainingException Stopped(string what) => new(
        $"training stopped: {what}. "
        + (_run is not null && File.Exists(_run.LastCheckpoint) ? $"The last good state is {_run.LastCheckpoint}. " : "")
        + "Try a lower learning rate.");

    private string? FirstNonFinite()
    {
        foreach (var parameter in Model.Parameters.All)
        {
            Model.Backend.Flush(parameter);
            double norm = Model.Backend.SquaredNorm(parameter.Value);
            if (!double.IsFinite(parameter.ItemAxis == ItemAxis.None ? norm : Ranks.Sum(norm))) return parameter.Name;
        }
        return null;
    }
}
