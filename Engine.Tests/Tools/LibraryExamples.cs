using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Data.Import;
using ManualVae.Evaluation;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using ManualVae.Serving;
using ManualVae.Training;

namespace ManualVae.Tests.Tools;

/// <summary>The C# examples of docs/library.md: what is between two marks stands there word for word.</summary>
internal static class LibraryExamples
{
    /// <summary>Goes through the page from top to bottom.</summary>
    /// <param name="ratings">A CSV of ratings.</param>
    /// <param name="titles">A CSV of titles.</param>
    /// <param name="folder">Where data and run go.</param>
    public static void Run(string ratings, string titles, string folder)
    {
        // begin
        var import = new ImportOptions
        {
            Input = ratings, Items = titles,
            Filters = new ClickFilters { MinRating = 4, MinUserClicks = 5 },
        };
        var data = DatasetImport.Run(import, note: Console.WriteLine).Save($"{folder}/films");
        Console.WriteLine($"{data.Train.Rows} users to train on, {data.ItemCount} items");
        // end

        // begin
        var settings = Preset.Load("ml-latest-small") with { Epochs = 40 };
        var manifest = new RunManifest
        {
            Model = settings.Model, Settings = settings, Items = data.ItemCount,
            Data = data.Directory, DataHash = data.ManifestHash,
        };
        var run = RunFolder.Create($"{folder}/dae", manifest, RunIds.Of(data, settings));

        using var backend = Backends.Create("simd"); // "auto" takes a GPU where there is one
        using var trainer = new Trainer(data, settings, backend, run);
        foreach (var epoch in trainer.Run())
            if (epoch.Best) Console.WriteLine($"epoch {epoch.Epoch}: {epoch.Validation:0.000}");
        // end

        // begin
        var ease = Ease.Fit(data.Train, new EaseSettings(Lambda: 200));
        Metric[] metrics = [Metric.Parse("NDCG@100"), Metric.Parse("Recall@20")];
        foreach (var model in new IRecommender[] { trainer.Model, ease })
            foreach (var result in Evaluator.Evaluate(model, data.Test!, metrics).Metrics)
                Console.WriteLine($"{model.Name} {result.Metric.Name} {result.Mean:0.000} ± {result.StandardError:0.000}");
        // end

        // begin
        using var recommender = Recommender.Load(run.Path);
        foreach (var item in recommender.Recommend("42", top: 5).Items)
            Console.WriteLine($"{item.Id} {item.Title} {item.Score:0.00}");

        var visitor = recommender.Recommend(["1", "3", "none"], top: 5); // somebody new, by what they clicked
        Console.WriteLine($"skipped: {string.Join(", ", visitor.Unknown)}");
        // end

        // begin
        var query = new Query
        {
            User = "42", Items = ["3"],     // all that is known of user 42, and a click of just now
            Top = 20, Exclude = ["8", "9"], // Allow = [...] names the only items that may be recommended
            IncludeSeen = false,
        };
        var answers = recommender.Recommend([query, query with { User = "43" }]);
        // end

        // begin
        foreach (var item in recommender.Similar("1", top: 5).Items) Console.WriteLine($"{item.Title} {item.Score:0.00}");
        // end

        // begin
        foreach (var item in recommender.Recommend("42", top: 3, new Query { Why = 2 }).Items)
            Console.WriteLine($"{item.Title} because of {string.Join(" and ", item.Why!.Select(reason => reason.Title))}");
        // end

        // begin
        Parallel.ForEach(recommender.Users, user => recommender.Recommend(user));
        var lists = recommender.Recommend([.. recommender.Users.Select(user => new Query { User = user })]); // few passes
        // end

        // begin
        var options = new RecommenderOptions
        {
            Data = $"{folder}/films", Threads = 1, HideHeldOut = true, Note = Console.WriteLine,
        };
        using var evaluated = Recommender.Load(run.Path, options);
        // end

        // begin
        try
        {
            recommender.Recommend("nobody");
        }
        catch (InputException problem)
        {
            Console.WriteLine(problem.Message); // one line: what was expected, what was found, what to do
        }
        // end
        GC.KeepAlive((answers, lists));
    }
}
