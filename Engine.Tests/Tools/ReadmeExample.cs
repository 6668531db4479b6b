using ManualVae.Compute;
using ManualVae.Data.Import;
using ManualVae.Evaluation;
using ManualVae.Serving;
using ManualVae.Training;

namespace ManualVae.Tests.Tools;

/// <summary>The C# example of README.md: what is between the two marks stands there word for word.</summary>
internal static class ReadmeExample
{
    /// <summary>Imports clicks, trains, evaluates, and ranks for somebody who clicked the given items.</summary>
    public static (double Ndcg, string[] Next) Run(string path, string[] clicked)
    {
        // begin
        var options = new ImportOptions { Format = "csv", Input = path, UserColumn = "user", ItemColumn = "item" };
        var data = DatasetImport.Run(options);
        using var backend = Backends.Create("simd");
        using var trainer = new Trainer(data, new RunSettings { Epochs = 12, Hidden = [200], Latent = 64 }, backend);
        trainer.Run();
        double ndcg = Evaluator.Evaluate(trainer.Model, data.Test!, [Metric.Parse("NDCG@100")])["NDCG@100"];

        using var recommender = new Recommender(trainer.Model, data);
        string[] next = [.. recommender.Recommend(clicked, top: 10).Items.Select(item => item.Id)];
        // end
        return (ndcg, next);
    }
}
