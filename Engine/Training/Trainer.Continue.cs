namespace ManualVae.Training;

// Going on from an older run.
public sealed partial class Trainer
{
    /// <summary>
    /// Goes on from an older run, before <see cref="Run"/>: carries its weights and moments over, and lets beta, Adam's bias
    /// correction and the random streams go on from its position. What the older run is used with is validated first and kept as
    /// the best so far, as epoch 0.
    /// </summary>
    /// <param name="older">The older run.</param>
    /// <exception cref="Data.InputException">Settings that change the shapes of weights; a damaged checkpoint.</exception>
    public void ContinueFrom(Continuation older)
    {
        older.RequireSameShapes(_settings, Model.Backend);
        double bestBeta = older.LoadBest(Model).BestBeta;
        double? value = Validate();
        _state = new TrainingState { BestValue = value, BestBeta = bestBeta };
        if (value is not null && _run is not null)
            Checkpoint.Save(_run.BestCheckpoint, Model, _settings, _state, moments: false);
        else if (value is not null && KeepBest) CopyBest(toModel: false);

        var last = older.LoadLast(Model);
        var start = older.StartAfter(last, value);
        _state = _state with { Updates = start.Updates, HeldBeta = last.HeldBeta, Start = start };
        (_encoderOptimizer.Step, _decoderOptimizer.Step) = StepsOf(_state);
        _beta.Held = _state.HeldBeta;
        _average?.Start();
        SaveLast();
    }
}
