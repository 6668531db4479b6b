using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Tools.Runs;
using ManualVae.Training;

namespace ManualVae.Tools.Sweep;

/// <summary>Trains a run of a trial and leaves its outcome in the run's folder.</summary>
internal static class TrialTraining
{
    /// <summary>Trains it, or goes on with it, up to a rung. A bad draw ends its trial, not the search.</summary>
    /// <param name="data">The data; its validation part judges.</param>
    /// <param name="run">The run.</param>
    /// <param name="epochs">Epochs of the rung.</param>
    /// <param name="stop">Ends it between two epochs; it can go on later.</param>
    public static void Train(PreparedDataset data, TrialRun run, int epochs, CancellationToken stop)
    {
        try
        {
            SweepFolder.ClearUnbegun(run.Folder);
            TrainingJob.StartOrResume(data, run.Settings, run.Folder, TrainingDisplay.Silent, () => Clear(run.Folder),
                new(epochs, stop));
            if (run.Settings.Baseline is not null) new RunOutcome(Validation(data, run), 0, 1).Save(run.Folder);
        }
        catch (TrainingException problem)
        {
            int done = File.Exists(Path.Combine(run.Folder, "run.json")) ? RunFolder.Open(run.Folder).ReadMetrics().Count : 0;
            new RunOutcome(null, 0, done, problem.Message).Save(run.Folder);
        }
    }

    private static double Validation(PreparedDataset data, TrialRun run)
    {
        using var trained = TrainedModel.Open(run.Folder, data.Directory);
        var metric = Metric.Parse(run.Settings.Run.ValidationMetric);
        return Evaluator.Evaluate(trained.Recommender, data.Validation!, [metric], cancellation: Session.Cancellation)
            .Metrics[0].Mean;
    }

    private static void Clear(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }
}
