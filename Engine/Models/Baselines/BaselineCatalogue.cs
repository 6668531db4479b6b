using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>A baseline that <c>--model</c> can name.</summary>
/// <param name="Name">As in <c>--model</c>.</param>
/// <param name="Description">One line for <c>--help</c>.</param>
/// <param name="Defaults">Its settings with their defaults; a record whose properties are the setting names, or null.</param>
/// <param name="Fit">Fits it: training data, settings of the type of the defaults, monitor.</param>
/// <param name="Restore">Makes it again from its state and its settings.</param>
public sealed record Baseline(
    string Name, string Description, object? Defaults, Func<BaselineData, object?, FitMonitor, IBaseline> Fit,
    Func<IReadOnlyList<Array>, object?, IBaseline> Restore)
{
    /// <summary>The settings as JSON, names in camel case: <c>{"lambda": 500}</c>; empty for a baseline without settings.</summary>
    public JsonObject DefaultsAsJson() =>
        Defaults is null ? [] : JsonSerializer.SerializeToNode(Defaults, Defaults.GetType(), BaselineCatalogue.Format)!.AsObject();
}

/// <summary>What a baseline is fitted to.</summary>
/// <param name="Train">Training clicks, users x items.</param>
/// <param name="ItemFeatures">Items x features, or null; only featurecosine and marec need it.</param>
public sealed record BaselineData(CsrMatrix Train, CsrMatrix? ItemFeatures = null)
{
    /// <summary>The training clicks of a prepared dataset, and its genres.</summary>
    public static BaselineData Of(PreparedDataset data) => new(data.Train, Baselines.ItemFeatures.FromGenres(data.Items));

    /// <summary>Clicks alone.</summary>
    public static implicit operator BaselineData(CsrMatrix train) => new(train);
}

/// <summary>The catalogue of baselines.</summary>
public static class BaselineCatalogue
{
    internal static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>All baselines, the simplest first.</summary>
    public static IReadOnlyList<Baseline> All { get; } =
    [
        new("popularity", "every item by its number of clicks", null, (data, _, _) => Popularity.Fit(data.Train),
            (state, _) => new Popularity((float[])state[0])),
        new("random", "random scores", new RandomSettings(), (data, s, _) => RandomScores.Fit(data.Train, (RandomSettings)s!),
            (state, s) => new RandomScores(((int[])state[0])[0], (RandomSettings)s!)),
        new("itemknn", "item neighbours by shrunk cosine", new ItemKnnSettings(),
            (data, s, m) => ItemKnn.Fit(data.Train, (ItemKnnSettings)s!, m), (state, _) => new SparseItemItemModel("itemknn", state)),
        new("ease", "EASE (Steck 2019)", new EaseSettings(), (data, s, m) => Ease.Fit(data.Train, (EaseSettings)s!, m),
            (state, _) => new ItemItemModel("ease", state)),
        new("ials", "implicit ALS (Rendle et al. 2022)", new IalsSettings(), (data, s, m) => Ials.Fit(data.Train, (IalsSettings)s!, m),
            (state, s) => new Ials((IalsSettings)s!, (float[])state[0])),
        new("slim", "SLIM (Ning and Karypis 2011)", new SlimSettings(), (data, s, m) => Slim.Fit(data.Train, (SlimSettings)s!, m),
            (state, _) => new SparseItemItemModel("slim", state)),
        new("cdae", "collaborative denoising autoencoder (Wu et al. 2016)", new CdaeSettings(),
            (data, s, m) => Cdae.Fit(data.Train, (CdaeSettings)s!, m), (state, s) => Cdae.Restore(state, (CdaeSettings)s!)),
        new("neumf", "NCF's NeuMF (He et al. 2017); scores training users only", new NeuMfSettings(),
            (data, s, m) => NeuMf.Fit(data.Train, (NeuMfSettings)s!, m), (state, s) => NeuMf.Restore(state, (NeuMfSettings)s!)),
        new("featurecosine", "smoothed cosine of item features, no learning; needs item features", new FeatureCosineSettings(),
            (data, s, _) => FeatureCosine.Fit(Features("featurecosine", data), (FeatureCosineSettings)s!),
            (state, _) => new ItemItemModel("featurecosine", state)),
        new("marec", "MARec on EASE (Monteil et al. 2024), needs item features", new MarecSettings(),
            (data, s, m) => Marec.Fit(data.Train, Features("marec", data), (MarecSettings)s!, m),
            (state, _) => new ItemItemModel("marec", state)),
    ];

    /// <summary>The baseline of that name, or null.</summary>
    public static Baseline? Find(string name) => All.FirstOrDefault(b => b.Name == name);

    /// <summary>Fits a baseline by name.</summary>
    /// <param name="name">As in <c>--model</c>.</param>
    /// <param name="data">Training clicks, and item features where there are any.</param>
    /// <param name="settings">Settings that differ from the defaults: <c>{"lambda": 300}</c>; null for none.</param>
    /// <param name="monitor">Progress and cancellation.</param>
    /// <exception cref="InputException">No such baseline, or a setting it has not or cannot take.</exception>
    public static IBaseline Fit(string name, BaselineData data, JsonObject? settings = null, FitMonitor monitor = default)
    {
        var baseline = Require(name);
        return baseline.Fit(data, Read(baseline, Complete(name, settings)), monitor);
    }

    /// <summary>A fitted baseline from what was kept of it.</summary>
    /// <param name="name">As in <c>--model</c>.</param>
    /// <param name="settings">All its settings.</param>
    /// <param name="state">Its <see cref="IBaseline.State"/>.</param>
    /// <exception cref="InputException">No such baseline or setting.</exception>
    public static IBaseline Restore(string name, JsonObject settings, IReadOnlyList<Array> state)
    {
        var baseline = Require(name);
        return baseline.Restore(state, Read(baseline, settings));
    }

    /// <summary>All settings of a baseline: those given, and the defaults of the others.</summary>
    /// <exception cref="InputException">No such baseline or setting.</exception>
    public static JsonObject Complete(string name, JsonObject? settings)
    {
        var json = Require(name).DefaultsAsJson();
        foreach (var (setting, value) in settings ?? [])
        {
            if (!json.ContainsKey(setting))
            {
                string known = json.Count == 0 ? "none" : string.Join(", ", json.Select(p => p.Key));
                throw new InputException($"{name} has no setting '{setting}'; it has {known}.");
            }
            json[setting] = value?.DeepClone();
        }
        return json;
    }

    private static CsrMatrix Features(string name, BaselineData data) => data.ItemFeatures
        ?? throw new InputException($"{name}: needs item features, such as genres, which this data has not.");

    private static Baseline Require(string name) => Find(name)
        ?? throw new InputException($"No baseline '{name}': there are {string.Join(", ", All.Select(b => b.Name))}.");

    private static object? Read(Baseline baseline, JsonObject settings)
    {
        try
        {
            return baseline.Defaults is null ? null : settings.Deserialize(baseline.Defaults.GetType(), Format);
        }
        catch (JsonException problem)
        {
            throw new InputException($"{baseline.Name}: {problem.Path?.TrimStart('$', '.')} cannot be {settings}.", problem);
        }
    }
}
