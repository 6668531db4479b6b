// From a CSV with the columns user and item to recommendations, in ids:
//   dotnet run -c Release --project samples/TrainAndRecommend -- clicks.csv CLICKED_ITEM ...
using ManualVae.Compute;
using ManualVae.Data.Import;
using ManualVae.Evaluation;
using ManualVae.Serving;
using ManualVae.Training;

var options = new ImportOptions { Input = args[0], Format = "csv", UserColumn = "user", ItemColumn = "item" };
var data = DatasetImport.Run(options);
using var backend = Backends.Create("simd");
var settings = new RunSettings { Epochs = 20, BatchSize = 100, BetaSteps = 1000, Hidden = [200], Latent = 64 };
using var trainer = new Trainer(data, settings, backend);
trainer.Run(); // the model now has the weights of the best epoch on validation

var result = Evaluator.Evaluate(trainer.Model, data.Test!, [Metric.Parse("NDCG@100")]);
Console.WriteLine($"NDCG@100 {result["NDCG@100"]:0.000} on {result.Users} test users");

using var recommender = new Recommender(trainer.Model, data);
var answer = recommender.Recommend(args[1..], top: 10);
foreach (string id in answer.Unknown) Console.WriteLine($"skipped {id}: no such item");
foreach (var item in answer.Items) Console.WriteLine($"{item.Id}\t{item.Score:0.000}");
