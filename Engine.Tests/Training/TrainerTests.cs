using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Tests.Models;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Training;

public sealed partial class TrainerTests : IDisposable
{
    private static readonly RunSettings Settings = new()
    {
        Epochs = 4, BatchSize = 7, Hidden = [12], Latent = 5, BetaSteps = 20, Seed = 3, ValidationMetric = "NDCG@5",
        LearningRate = 0.01,
    };

    private static readonly RunSettings Recvae = Settings with
    {
        Encoder = EncoderKind.Recvae,
        Hidden = [12, 12],
        DecoderHidden = [],
        Prior = PriorKind.Composite,
        KlPerClick = true,
        Beta = 0.01,
        BetaSchedule = BetaScheduleKind.Constant,
        EncoderPasses = 2,
        DecoderPasses = 1,
        AnchorWeight = 0.5,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("manualvae-trainer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>31 training users, 9 validation users; checkerboard tastes.</summary>
    private static PreparedDataset Data()
    {
        var clicks = ToyClicks.Checkerboard(40, 20);
        var (train, held) = (clicks.SelectRows(Enumerable.Range(0, 31).ToArray()),
            clicks.SelectRows(Enumerable.Range(31, 9).ToArray()));
        var (foldIn, heldOut) = (new List<(int, int)>(), new List<(int, int)>());
        for (int user = 0; user < held.Rows; user++)
            foreach (int item in held.RowColumns(user)) (item < 6 ? heldOut : foldIn).Add((user, item));
        return new PreparedDataset(
            new DatasetManifest { Source = new("synthetic", "checkerboard"), Split = SplitKind.Strong }, train,
            new EvaluationSplit(CsrMatrix.FromPairs(9, 20, foldIn), CsrMatrix.FromPairs(9, 20, heldOut), 31), null,
            [.. Enumerable.Range(0, 40).Select(u => $"user-{u}")],
            new ItemList([.. Enumerable.Range(0, 20).Select(i => $"item-{i}")]));
    }

    private RunFolder NewRun(string name, RunSettings settings) => RunFolder.Create(
        Path.Combine(_folder, name),
            new RunManifest { Model = settings.Model, Settings = settings, Data = "toy", DataHash = "0", Items = 20 });

    private static byte[] Weights(Trainer trainer)
    {
        using var bytes = new MemoryStream();
        foreach (var parameter in trainer.Model.Parameters.All)
        {
            var values = new double[parameter.Value.Length];
            trainer.Model.Backend.Flush(parameter);
            trainer.Model.Backend.Download(parameter.Value, values);
            foreach (double value in values) bytes.Write(BitConverter.GetBytes(value));
        }
        return bytes.ToArray();
    }

    [Fact]
    public void Alternating_epochs_count_every_pass_and_report_the_encoders_losses()
    {
        using var backend = new SimdBackend(2);
        using var trainer = new Trainer(Data(), Recvae with { Epochs = 2, KlPerClick = false }, backend);
        var epochs = trainer.Run();
        Assert.Equal(2 * 3 * 5, trainer.State.Updates); // 2 epochs of 3 passes of 5 batches
        foreach (var epoch in epochs) // constant beta: the parts add up
            Assert.Equal(epoch.Reconstruction + 0.01 * epoch.Kl + 0.5 * epoch.Anchor, epoch.Loss, 1e-6 * epoch.Loss);
        Assert.True(epochs[1].Loss < epochs[0].Loss);
        // The composite prior's copy is the encoder of the last encoder pass.
        foreach (var old in trainer.Model.Parameters.All.Where(p => p.IsConstant))
            Assert.Equal(Values(trainer, trainer.Model.Parameters[old.Name[4..]].Value), Values(trainer, old.Value));
    }

    [Fact]
    public void A_linear_learning_rate_falls_to_zero_over_the_epochs()
    {
        // Adam's first update of a weight is the rate itself, up to sign: 31 users in 2 batches, 2 epochs, so 4 updates in all.
        using var backend = new SimdBackend(2);
        var settings = Settings with { BatchSize = 16, Epochs = 2, LearningRateSchedule = LearningRateScheduleKind.Linear };
        using var linear = new Trainer(Data(), settings, backend);
        using var half = new Trainer(Data(), settings with { Epochs = 1 }, backend);
        using var constant = new Trainer(Data(), settings with { LearningRateSchedule = LearningRateScheduleKind.Constant },
            backend);
        double[] start = Bias(linear);
        Assert.All(new[] { linear, half, constant }, trainer => trainer.Run());
        Assert.Equal(4, linear.State.Updates);
        Assert.NotEqual(Weights(constant), Weights(linear));
        // The same gradient step after step would move a weight by the sum of the rates: 1 + 3/4 + 1/2 + 1/4 against 4 x 1.
        double Moved(Trainer trainer) => Bias(trainer).Zip(start, (a, b) => Math.Abs(a - b)).Max();
        Assert.InRange(Moved(linear), 1.5 * settings.LearningRate, 2.51 * settings.LearningRate);
        Assert.InRange(Moved(half), 1.2 * settings.LearningRate, 1.51 * settings.LearningRate);
        Assert.InRange(Moved(constant), 2.6 * settings.LearningRate, 4.01 * settings.LearningRate);
    }

    private static double[] Bias(Trainer trainer)
    {
        var bias = trainer.Model.Decoder.Output.Bias.Value;
        var values = new double[bias.Length];
        trainer.Model.Backend.Download(bias, values);
        return values;
    }

    [Theory]
    [InlineData(SplitKind.Weak)]
    [InlineData(SplitKind.Strong)]
    public void Fitting_the_validation_part_trains_as_if_its_clicks_were_training_clicks(SplitKind split)
    {
        using var backend = new SimdBackend(2);
        bool strong = split == SplitKind.Strong;
        CsrMatrix Rows(int count, params (int, int)[] clicks) => CsrMatrix.FromPairs(count, 4, clicks);
        // Users a, b train. Weak: their own later clicks validate. Strong: user c does, shown item 3, to find 0.
        var train = Rows(2, (0, 0), (0, 1), (1, 2));
        var validation = strong ? new EvaluationSplit(Rows(1, (0, 3)), Rows(1, (0, 0)), 2)
            : new EvaluationSplit(train, Rows(2, (0, 2), (1, 3)), 0);
        var together = strong ? Rows(3, (0, 0), (0, 1), (1, 2), (2, 0), (2, 3)) : Rows(2, (0, 0), (0, 1), (0, 2), (1, 2), (1, 3));
        PreparedDataset Data(CsrMatrix clicks, EvaluationSplit? part) => new(
            new DatasetManifest { Source = new("synthetic", "pairs"), Split = split }, clicks, part, null,
            strong ? ["a", "b", "c"] : ["a", "b"], new ItemList(["0", "1", "2", "3"]));
        var settings = Settings with { Epochs = 3, Hidden = [], Latent = 2, ValidationMetric = "NDCG@1" };
        var final = settings with { FitValidation = true };

        using var merged = new Trainer(Data(train, validation), final, backend);
        using var whole = new Trainer(Data(together, null), settings, backend);
        Assert.All(merged.Run(), epoch => Assert.Null(epoch.Validation));
        whole.Run();
        Assert.Equal(Weights(whole), Weights(merged));
        Assert.Equal(strong ? ["a", "b", "c"] : ["a", "b"], RunIds.Of(Data(train, validation), final).TrainedUsers);
        Assert.Contains("FitValidation: the dataset has no validation part", Assert.Throws<InputException>(
            () => new Trainer(Data(train, null), final, backend)).Message);
    }

    [Fact]
    public void A_sampled_validation_metric_needs_candidates()
    {
        using var backend = new SimdBackend(2);
        Assert.Equal("ValidationMetric sampled-NDCG@10: the validation part has no sampled candidates; give ValidationMetric "
            + "NDCG@10.", Assert.Throws<InputException>(
                () => new Trainer(Data(), Settings with { ValidationMetric = "sampled-NDCG@10" }, backend)).Message);
    }

    [Fact]
    public void Spread_is_the_root_mean_square_distance_from_the_mean()
    {
        using var backend = new ReferenceBackend();
        var rows = backend.Allocate(2, 3);
        backend.Upload([1.0, 2.0, 9.0, 4.0, 6.0, -9.0], rows);
        Assert.Equal(2.5, RowSpread.Of(backend, rows, columns: 2), 12); // means 2.5 and 4: (1.5, 2) on either side
        backend.Fill(rows, 7);
        Assert.Equal(0, RowSpread.Of(backend, rows), 12);
    }

    private static double[] Values(Trainer trainer, Tensor tensor)
    {
        var values = new double[tensor.Length];
        trainer.Model.Backend.Download(tensor, values);
        return values;
    }

    [Fact]
    public void A_linear_learning_rate_counts_every_pass_of_an_epoch()
    {
        // 31 users in 2 batches, two encoder passes and one decoder pass: 6 updates. The decoder takes the last two, at 2/6 and
        // 1/6.
        using var backend = new SimdBackend(2);
        var settings = Recvae with { BatchSize = 16, Epochs = 1, LearningRateSchedule = LearningRateScheduleKind.Linear };
        using var trainer = new Trainer(Data(), settings, backend);
        double[] start = Bias(trainer);
        trainer.Run();
        Assert.Equal(6, trainer.State.Updates);
        Assert.InRange(Bias(trainer).Zip(start, (a, b) => Math.Abs(a - b)).Max(), 0.16 * 0.01, 0.51 * 0.01);
    }

    [Fact]
    public void Training_learns_the_checkerboard()
    {
        using var backend = new SimdBackend();
        using var trainer = new Trainer(Data(), Settings with { Epochs = 60 }, backend);
        var epochs = trainer.Run();
        Assert.True(epochs[^1].Reconstruction < epochs[0].Reconstruction);
        Assert.True(trainer.State.BestValue > 0.9, $"NDCG@5 {trainer.State.BestValue}");
    }

    [Fact]
    public void The_number_of_threads_does_not_change_a_bit()
    {
        var data = Data();
        var weights = new List<byte[]>();
        foreach (int threads in new[] { 1, 2, 3, 7 })
        {
            using var backend = new SimdBackend(threads);
            using var trainer = new Trainer(data, Settings, backend);
            trainer.Run();
            weights.Add(Weights(trainer));
        }
        Assert.All(weights, w => Assert.Equal(weights[0], w));
    }

    [Fact]
    public void A_step_of_simd_agrees_with_the_reference()
    {
        var data = Data();
        using var simd = new SimdBackend();
        using var a = new Trainer(data, Settings with { Epochs = 2 }, simd);
        using var b = new Trainer(data, Settings with { Epochs = 2 }, new ReferenceBackend());
        var (x, y) = (a.Run(), b.Run());
        Assert.Equal(y[1].Loss, x[1].Loss, 1e-4 * y[1].Loss);
        Assert.Equal(y[1].Kl, x[1].Kl, 1e-3 * y[1].Kl);
    }

    [Fact]
    public void A_loss_that_is_not_finite_stops_the_run_and_names_the_place()
    {
        var settings = Settings with { LearningRate = 1e30 };
        var run = NewRun("diverges", settings);
        using var trainer = new Trainer(Data(), settings, new ReferenceBackend(), run);
        var problem = Assert.Throws<TrainingException>(() => trainer.Run());
        Assert.Contains("epoch 1", problem.Message);
        Assert.Contains("not finite", problem.Message);
        Assert.Contains("learning rate", problem.Message);
    }

    [Fact]
    public void Patience_stops_early()
    {
        using var trainer = new Trainer(Data(), Settings with { Epochs = 200, Patience = 3 }, new ReferenceBackend());
        var epochs = trainer.Run();
        Assert.True(epochs.Count < 200);
        Assert.Equal(trainer.State.BestEpoch + 3, epochs.Count);
    }

    [Fact]
    public void A_damaged_checkpoint_is_refused_with_its_name()
    {
        var run = NewRun("damaged", Settings);
        using var trainer = new Trainer(Data(), Settings with { Epochs = 1 }, new ReferenceBackend(), run);
        trainer.Run();
        byte[] bytes = File.ReadAllBytes(run.LastCheckpoint);
        AssertRefused([.. bytes[..^100], (byte)(bytes[^100] ^ 1), .. bytes[^99..]], "is damaged");
        AssertRefused(bytes[..50], "is damaged");
        byte[] shorter = bytes[..^1000]; // signed as it should be
        AssertRefused([.. shorter, .. SHA256.HashData(shorter)], "is damaged");
        File.Delete(run.LastCheckpoint);
        Assert.Contains("last.ckpt", Refused());

        void AssertRefused(byte[] content, string problem)
        {
            File.WriteAllBytes(run.LastCheckpoint, content);
            string message = Refused();
            Assert.Contains("last.ckpt", message);
            Assert.Contains(problem, message);
        }

        string Refused() => Assert.Throws<InputException>(
            () => new Trainer(Data(), Settings, new ReferenceBackend(), run, resume: true)).Message;
    }

    [Theory]
    [InlineData("hidden", "Hidden is null; give a value, or leave it out for the default")]
    [InlineData("settings", "run.json: is not a run manifest of this version")]
    public void A_run_whose_manifest_holds_null_is_refused(string name, string message)
    {
        string file = Path.Combine(NewRun("nulls", Settings).Path, "run.json");
        var manifest = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        (name == "settings" ? manifest : manifest["settings"]!.AsObject())[name] = null;
        File.WriteAllText(file, manifest.ToJsonString());
        Assert.Contains(message, Assert.Throws<InputException>(() => RunFolder.Open(Path.GetDirectoryName(file)!)).Message);
    }

    [Fact]
    public void A_folder_that_is_not_a_run_is_refused() =>
        Assert.Contains("is not a run", Assert.Throws<InputException>(() => RunFolder.Open(_folder)).Message);

    [Fact]
    public void Presets_load_and_deviations_are_named()
    {
        var preset = Preset.Load("liang2018");
        Assert.Equal((0.2, 200_000L, 600, 200), (preset.Beta, preset.BetaSteps, preset.Hidden[0], preset.Latent));
        Assert.Equal((2e-5, 0),
            (Preset.Load("liang2018", "multdae").WeightDecay, Preset.Load("liang2018", "multdae").Hidden.Count));
        Assert.Equal(
            ["epochs: 200 -> 150", "hidden: [600] -> [600,300]"],
            (preset with { Epochs = 150, Hidden = [600, 300], Seed = 4 }).DeviationsFrom(preset));
        Assert.Contains("liang2018", Assert.Throws<InputException>(() => Preset.Load("nope")).Message);
    }

    [Fact]
    public void Memory_is_estimated_and_a_run_that_cannot_fit_is_refused()
    {
        // 20108-600-200-600-20108 in single precision with fused updates: 24.4 M weights and two moments; logits of 500 users.
        using var simd = new SimdBackend(1);
        var estimate = MemoryEstimate.Of(new RunSettings(), 20_108, simd);
        Assert.Equal(2 * 20_108 * 600 + 600 * 400 + 200 * 600 + 600 + 400 + 600 + 20_108, estimate.Parameters);
        Assert.Equal(12 * estimate.Parameters + 4 * (600 + 400 + 600 + 20_108), estimate.ParameterBytes); // biases have gradients
        Assert.InRange(estimate.ActivationBytes, 40_216_000, 50_000_000);
        var huge = MemoryEstimate.Of(new RunSettings { Hidden = [2_000_000] }, 2_000_000, new ReferenceBackend());
        Assert.Contains("lower Hidden, Latent or BatchSize", Assert.Throws<InputException>(() => huge.RequireFits()).Message);
    }
}
