// Single users' gradients in a trained Mult-VAE, and who helps whom:
//   dotnet run -c Release --project samples/GradientStudy -- runs/vae 100
using ManualVae.Compute;
using ManualVae.Study;
using ManualVae.Training;

var run = RunFolder.Open(args[0]);
var data = RunData.Open(run, data: null, keepUnknown: false);
int count = args.Length > 1 ? int.Parse(args[1]) : Math.Min(100, data.Train.Rows);
using var backend = Backends.Create("simd");
using var model = run.LoadModel(backend, batchSize: count, training: true);
var users = Population.Sample(data.Train, count, seed: 1);

// To see: an active user's gradient is larger. A user's loss is a sum over clicks, so every click adds to it.
var gradients = GradientStudy.Run(model, users, new GradientOptions { Draws = 4 });
var byClicks = gradients.Users.OrderBy(user => user.Clicks).ToArray();
foreach (var part in byClicks.Chunk((count + 3) / 4))
    Console.WriteLine($"{part[0].Clicks,4} to {part[^1].Clicks,4} clicks: mean norm {part.Average(user => user.Norms[0]):0.00}");

// To see: two draws of mask and noise leave a user's gradient its direction in the last layer more than in the first.
foreach (var layer in gradients.Parts.Where(part => part.Part == "reconstruction"))
    Console.WriteLine($"{layer.Block}: cosine of two draws {layer.Consistency}, with the batch {layer.Agreement}");

// To see: users with clicks in common help each other; a step on one lowers the other's loss.
var influence = InfluenceStudy.Run(model, users, new InfluenceOptions { Clusters = Math.Min(4, count) });
var pairs = from u in Enumerable.Range(0, count)
            from v in Enumerable.Range(0, u)
            select (Common: users.CountCommon(u, v) > 0, Cosine: influence.Cosine(u, v));
foreach (var group in pairs.GroupBy(pair => pair.Common).OrderBy(group => group.Key))
    Console.WriteLine($"pairs {(group.Key ? "with" : "without")} clicks in common: mean cosine "
        + $"{group.Average(pair => pair.Cosine):0.000}, {group.Average(pair => pair.Cosine > 0 ? 1.0 : 0):0%} help each other");
