using System.Text.Json.Nodes;
using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using ManualVae.Tests.Evaluation;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Models.Baselines;

/// <summary>What every baseline must pass.</summary>
public class EveryBaselineTests
{
    private const int Size = 30;

    public static TheoryData<string> Names => [.. BaselineCatalogue.All.Select(b => b.Name)];

    public static TheoryData<string> Personalised =>
        [.. BaselineCatalogue.All.Select(b => b.Name).Except(["popularity", "random"])];

    public static TheoryData<string> ReadOnly => [.. BaselineCatalogue.All.Where(b => !b.UsesBackend).Select(b => b.Name)];

    /// <summary>User u clicked every item of its own parity but item u: that one is the right answer.</summary>
    private static CsrMatrix Checkerboard() => FixedScores.Rows(Size, [.. Enumerable.Range(0, Size)
        .Select(u => Enumerable.Range(0, Size).Where(i => (i - u) % 2 == 0 && i != u).ToArray())]);

    /// <summary>Clicks without structure, an empty row and a full row among them.</summary>
    private static CsrMatrix Awkward()
    {
        var random = new Random(5);
        return FixedScores.Rows(17, [.. Enumerable.Range(0, 23).Select(u =>
            Enumerable.Range(0, 17).Where(_ => u != 4 && (u == 9 || random.Next(4) == 0)).ToArray())]);
    }

    // Every item has two features: its parity and one of seven others.
    private static BaselineData Data(CsrMatrix train) => new(train, [Alignment.AlignmentTests.Attribute("features", 9,
        [.. Enumerable.Range(0, train.Columns).Select(i => new[] { i % 2, 2 + i % 7 })])]);

    // Small enough to be fast, and regularised for tiny data.
    private static IBaseline Fit(string name, CsrMatrix train) =>
        BaselineCatalogue.Fit(name, Data(train), Settings(name), backend: Simd);

    private static IBackend Simd() => new SimdBackend(2);

    private static JsonObject? Settings(string name) => name switch
    {
        "ease" or "marec" or "edlae" or "rdlae" or "dlae" or "deql" => new JsonObject { ["lambda"] = 1 },
        "elsa" => new JsonObject { ["factors"] = 8, ["epochs"] = 100, ["batch-size"] = 10, ["learning-rate"] = 0.03 },
        "ials" => new JsonObject { ["factors"] = 8 },
        "wmf" => new JsonObject { ["factors"] = 8, ["regularisation"] = 1 },
        "slim" => new JsonObject { ["l1"] = 0.1, ["l2"] = 1 },
        "cdae" => new JsonObject
        {
            ["hidden"] = 8, ["epochs"] = 150, ["batch-size"] = 10, ["learning-rate"] = 0.01,
            ["weight-decay"] = 0
        },
        "gmf" or "mlp" or "neumf" => new JsonObject
        {
            ["factors"] = 2, ["epochs"] = 40, ["batch-size"] = 64, ["learning-rate"] = 0.01
        },
        _ => null,
    };

    private static (int[] Items, float[] Scores) Rank(IRecommender model, CsrMatrix foldIn, int k, int first = 0,
        int? rows = null)
    {
        int count = rows ?? foldIn.Rows;
        var (items, scores) = (new int[count * k], new float[count * k]);
        model.Rank(foldIn, first, count, k, items, scores);
        return (items, scores);
    }

    [Theory]
    [MemberData(nameof(Personalised))]
    public void Finds_the_missing_square_of_the_checkerboard(string name)
    {
        var train = Checkerboard();
        using var model = Fit(name, train);
        Assert.Equal(Enumerable.Range(0, Size), Rank(model, train, k: 1).Items);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Never_ranks_a_seen_item_and_ranks_all_others_once(string name)
    {
        var train = Awkward();
        using var model = Fit(name, train);
        int k = train.Columns;
        var (items, scores) = Rank(model, train, k);
        for (int u = 0; u < train.Rows; u++)
        {
            var list = items.AsSpan(u * k, k).ToArray();
            int unseen = k - train.RowLength(u);
            Assert.Equal(Enumerable.Range(0, k).Except(train.RowColumns(u).ToArray()), list[..unseen].Order());
            Assert.All(list[unseen..], item => Assert.Equal(-1, item));
            Assert.All(scores.AsSpan(u * k, unseen).ToArray(), score => Assert.True(float.IsFinite(score)));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void One_user_at_a_time_gives_the_same_bits_as_all_at_once(string name)
    {
        var train = Awkward();
        using var model = Fit(name, train);
        var all = new float[train.Rows * train.Columns];
        model.Score(train, 0, train.Rows, all);
        var one = new float[train.Columns];
        for (int u = 0; u < train.Rows; u++)
        {
            model.Score(train, u, 1, one);
            Assert.Equal(all[(u * one.Length)..((u + 1) * one.Length)], one);
            Assert.Equal(Rank(model, train, 5).Items[(u * 5)..(u * 5 + 5)], Rank(model, train, 5, u, 1).Items);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fitting_twice_gives_the_same_bits(string name)
    {
        var train = Awkward();
        var (first, second) = (new float[train.Rows * train.Columns], new float[train.Rows * train.Columns]);
        using (var model = Fit(name, train)) model.Score(train, 0, train.Rows, first);
        using (var model = Fit(name, train)) model.Score(train, 0, train.Rows, second);
        Assert.Equal(first, second);
        Assert.Contains(first, score => score != first[0]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_kept_model_gives_the_same_bits_and_a_damaged_file_is_refused(string name)
    {
        var train = Awkward();
        using var folder = TestData.NewFolder();
        string file = folder["best.ckpt"];
        var (expected, actual) = (new float[train.Rows * train.Columns], new float[train.Rows * train.Columns]);
        using (var model = Fit(name, train))
        {
            model.Score(train, 0, train.Rows, expected);
            BaselineFile.Save(file, model, Settings(name));
        }
        using (var model = BaselineFile.Load(file, Simd))
        {
            model.Score(train, 0, train.Rows, actual);
            Assert.Equal((name, train.Columns), (model.Name, model.ItemCount));
        }
        Assert.Equal(expected, actual);

        byte[] bytes = File.ReadAllBytes(file);
        foreach (int at in new[] { 0, 9, bytes.Length / 2, bytes.Length - 1 })
        {
            byte[] damaged = [.. bytes];
            damaged[at] ^= 4;
            File.WriteAllBytes(file, damaged);
            Assert.Contains("train again", Assert.Throws<InputException>(() => BaselineFile.Load(file)).Message);
        }
        foreach (int length in new[] { 0, 20, bytes.Length - 1 })
        {
            File.WriteAllBytes(file, bytes[..length]);
            Assert.Contains("train again", Assert.Throws<InputException>(() => BaselineFile.Load(file)).Message);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task One_thread_gives_the_same_bits_as_all(string name)
    {
        var train = Checkerboard();
        float[] Scores()
        {
            using var model = Fit(name, train);
            var scores = new float[train.Rows * train.Columns];
            model.Score(train, 0, train.Rows, scores);
            return scores;
        }
        // Parallel loops run on the scheduler they are called on: this one has a single thread.
        var single = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, maxConcurrencyLevel: 1).ConcurrentScheduler;
        var one = await Task.Factory.StartNew(Scores, CancellationToken.None, TaskCreationOptions.None, single);
        Assert.Equal(Scores(), one);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_name_is_the_one_it_was_asked_for_by(string name)
    {
        using var model = Fit(name, Awkward());
        Assert.Equal(name, model.Name);
        Assert.Equal(17, model.ItemCount);
        Assert.True(model.BatchSize > 0);
    }

    [Theory]
    [MemberData(nameof(ReadOnly))]
    public async Task Eight_threads_get_the_lists_of_one(string name)
    {
        var train = Checkerboard();
        using var model = Fit(name, train);
        int[] alone = Rank(model, train, 7).Items;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (int i = 0; i < 20; i++) Assert.Equal(alone, Rank(model, train, 7).Items);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
    }

    [Fact]
    public void Cdae_computes_where_it_is_told_and_owns_that_backend()
    {
        var train = Checkerboard();
        var backends = new List<IBackend>();
        IBackend Make()
        {
            backends.Add(new ReferenceBackend());
            return backends[^1];
        }
        var settings = new JsonObject { ["hidden"] = 4, ["epochs"] = 1 };
        using (var model = BaselineCatalogue.Fit("cdae", train, settings, backend: Make))
            BaselineCatalogue.Restore("cdae", BaselineCatalogue.Complete("cdae", settings), model.State, Make).Dispose();
        Assert.Equal(2, backends.Count);
        Assert.Throws<ArgumentException>(() => BaselineCatalogue.Fit("cdae", train, settings));
    }

    [Fact]
    public void Settings_of_older_runs_in_camel_case_are_still_read()
    {
        var settings = BaselineCatalogue.Complete("cdae", new JsonObject { ["batchSize"] = 7, ["weight-decay"] = 0.5 });
        Assert.Equal(
            ["hidden", "epochs", "batch-size", "learning-rate", "dropout", "click-weight", "weight-decay", "user-nodes", "seed"],
            settings.Select(p => p.Key));
        Assert.Equal((7, 0.5), ((int)settings["batch-size"]!, (double)settings["weight-decay"]!));
        var old = new JsonObject { ["factors"] = 2, ["unobservedWeight"] = 0.5, ["regularisationExponent"] = 0, ["epochs"] = 1 };
        var (kebab, train) = (new JsonObject { ["factors"] = 2, ["unobserved-weight"] = 0.5, ["regularisation-exponent"] = 0 },
            Awkward());
        using var fitted = BaselineCatalogue.Fit("ials", train, old);
        using var restored = BaselineCatalogue.Restore("ials", kebab, fitted.State);
        using var again = BaselineCatalogue.Restore("ials", old, fitted.State);
        Assert.Equal(Rank(fitted, train, 5).Scores, Rank(restored, train, 5).Scores);
        Assert.Equal(Rank(fitted, train, 5).Scores, Rank(again, train, 5).Scores);
    }

    public static TheoryData<string, string> TooLarge => new()
    {
        { "ease", "{}" }, { "edlae", "{}" }, { "rdlae", "{}" }, { "dlae", "{}" }, { "deql", "{}" },
        { "elsa", "{\"factors\": 1000000}" }, { "slim", "{}" }, { "marec", "{}" }, { "featurecosine", "{}" },
        { "itemknn", "{\"neighbours\": 5000000}" }, { "ials", "{\"factors\": 1000000}" }, { "neumf", "{\"factors\": 1000000}" },
        { "wmf", "{\"factors\": 1000000}" },
        { "gmf", "{\"factors\": 1000000}" }, { "mlp", "{\"factors\": 1000000}" },
        { "cdae", "{\"hidden\": 1000000}" },
    };

    [Theory]
    [MemberData(nameof(TooLarge))]
    public void What_cannot_fit_is_refused_before_anything_is_taken(string name, string settings)
    {
        var train = FixedScores.Rows(5_000_000, [0, 4_999_999], [3]);
        var problem = Assert.Throws<InputException>(() => BaselineCatalogue.Fit(
            name, Data(train), JsonNode.Parse(settings)!.AsObject(), backend: Simd));
        Assert.Contains($"{name}: needs about ", problem.Message);
        Assert.Contains("this machine has", problem.Message);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_fitting_needs_is_said_before_it_starts(string name)
    {
        var lines = new List<string>();
        using var model = BaselineCatalogue.Fit(name, Data(Checkerboard()), Settings(name), new FitMonitor(lines.Add), Simd);
        if (name is not ("popularity" or "random")) Assert.Matches($"^{name}: needs about [0-9]+ MiB$", lines[0]);
    }

    [Fact]
    public void Unknown_names_and_settings_are_refused()
    {
        var train = Awkward();
        Assert.Contains("popularity", Assert.Throws<InputException>(() => BaselineCatalogue.Fit("vasp", Data(train))).Message);
        Assert.Contains("lambda", Assert.Throws<InputException>(() =>
            BaselineCatalogue.Fit("ease", Data(train), new JsonObject { ["lamda"] = 1 })).Message);
        Assert.Contains("features",
            Assert.Throws<InputException>(() => BaselineCatalogue.Fit("marec", new BaselineData(train))).Message);
        Assert.Throws<InputException>(() => BaselineCatalogue.Fit("ease", Data(train), new JsonObject { ["lambda"] = "much" }));
        Assert.Throws<InputException>(() => BaselineCatalogue.Fit("ease", Data(train), new JsonObject { ["lambda"] = 0 }));
        Assert.Throws<InputException>(() => BaselineCatalogue.Fit("itemknn", Data(train), new JsonObject { ["neighbours"] = 0 }));
        Assert.Throws<InputException>(() =>
            BaselineCatalogue.Fit("ials", Data(train), new JsonObject { ["regularisation"] = -1 }));
    }
}
