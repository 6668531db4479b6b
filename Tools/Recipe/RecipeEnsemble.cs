using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Tools.Runs;
using ManualVae.Training;

namespace ManualVae.Tools.Recipe;

/// <summary>The leading models together, where that is better on validation than the winner alone.</summary>
/// <param name="Validation">Its value.</param>
/// <param name="Members">Folders of its members, relative to the recipe's, and their weights.</param>
internal sealed record RecipeEnsemble(double Validation, IReadOnlyDictionary<string, double> Members)
{
    /// <summary>Name of its run folder.</summary>
    public const string RunName = "ensemble";

    /// <summary>Models that are put together at most.</summary>
    public const int Most = 3;

    private const double Gain = 0.005; // less is not worth several models; the weights are chosen on the same users

    /// <summary>Chooses weights, and writes the run folder if the ensemble is better; null if not.</summary>
    /// <param name="data">The data.</param>
    /// <param name="output">Folder of the recipe.</param>
    /// <param name="members">Folders of the models, relative to it, the winner first.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="winner">Value of the winner alone.</param>
    public static RecipeEnsemble? Try(
        PreparedDataset data, string output, IReadOnlyList<string> members, string metric, double winner)
    {
        string run = Path.Combine(output, RunName);
        if (Directory.Exists(run)) Directory.Delete(run, recursive: true); // of a session that was cut off after it
        if (members.Count < 2) return null;
        var opened = new List<TrainedModel>();
        try
        {
            foreach (string member in members) opened.Add(TrainedModel.Open(Path.Combine(output, member), data.Directory));
            (double[] weights, double value) = EnsembleWeights.Choose(
                [.. opened.Select(model => model.Recommender)], data.Validation!, Metric.Parse(metric), Session.Cancellation);
            if (value < winner * (1 + Gain) || weights.Count(weight => weight > 0) < 2) return null;
            EnsembleRun.Create(run, [.. opened.Zip(weights, (model, weight) => (model.Folder, weight))]);
            return new(value, members.Zip(weights).Where(m => m.Second > 0).ToDictionary(m => m.First, m => m.Second));
        }
        finally
        {
            foreach (var model in opened) model.Dispose();
        }
    }
}
