using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>A baseline.</summary>
/// <param name="Name">Its name, such as <c>ease</c>.</param>
/// <param name="Description">One line.</param>
/// <param name="Defaults">Its settings with their defaults; a record whose properties are the settings, or null.</param>
/// <param name="Fit">Fits it: training data, settings of the type of the defaults, maker of a backend, monitor.</param>
/// <param name="Restore">Makes it again from its state, its settings and a maker of a backend.</param>
/// <param name="UsesBackend">True if it computes on a backend; all others take all cores of the processor.</param>
/// <param name="KnowsTrainingUsersOnly">
/// Whether a model of those settings is <see cref="IRecommender.KnowsTrainingUsersOnly"/>; null for never.
/// </param>
public sealed record Baseline(
    string Name, string Description, object? Defaults,
    Func<BaselineData, object?, Func<IBackend>, FitMonitor, IBaseline> Fit,
    Func<IReadOnlyList<Array>, object?, Func<IBackend>, IBaseline> Restore, bool UsesBackend = false,
    Func<object?, bool>? KnowsTrainingUsersOnly = null)
{
    /// <summary>
    /// The settings as JSON, names in kebab case: <c>{"lambda": 500}</c>; empty for a baseline without settings.
    /// </summary>
    public JsonObject DefaultsAsJson() =>
        Defaults is null ? []
            : JsonSerializer.SerializeToNode(Defaults, Defaults.GetType(), BaselineCatalogue.Format)!.AsObject();
}

/// <summary>What a baseline is fitted to.</summary>
/// <param name="Train">Training clicks, users x items.</param>
/// <param name="Attributes">What is known of the items, or null; only featurecosine and marec need it.</param>
/// <param name="Start">Item vectors that ials and wmf start from; null draws them.</param>
public sealed record BaselineData(
    CsrMatrix Train, IReadOnlyList<ItemAttribute>? Attributes = null, ItemStart? Start = null)
{
    /// <summary>The training clicks of a prepared dataset, and what it knows of its items.</summary>
    public static BaselineData Of(PreparedDataset data) => new(data.Train, data.Attributes);

    /// <summary>Clicks alone.</summary>
    public static implicit operator BaselineData(CsrMatrix train) => new(train);
}

/// <summary>The catalogue of baselines.</summary>
public static class BaselineCatalogue
{
    internal static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>All baselines, the simplest first.</summary>
    public static IReadOnlyList<Baseline> All { get; } =
    [
        new("popularity", "every item by its number of clicks", null, (data, _, _, _) => Popularity.Fit(data.Train),
            (state, _, _) => new Popularity((float[])state[0])),
        new("random", "random scores", new RandomSettings(), (data, s, _, _) => RandomScores.Fit(data.Train, (RandomSettings)s!),
            (state, s, _) => new RandomScores(((int[])state[0])[0], (RandomSettings)s!)),
        new("itemknn", "item neighbours by shrunk cosine", new ItemKnnSettings(),
            (data, s, _, m) => ItemKnn.Fit(data.Train, (ItemKnnSettings)s!, m),
            (state, _, _) => new SparseItemItemModel("itemknn", state)),
        new("ease", "EASE (Steck 2019)", new EaseSettings(), (data, s, _, m) => Ease.Fit(data.Train, (EaseSettings)s!, m),
            (state, _, _) => new ItemItemModel("ease", state)),
        new("edlae", "EDLAE: EASE with dropout (Steck 2020)", new EdlaeSettings(),
            (data, s, _, m) => Edlae.Fit(data.Train, (EdlaeSettings)s!, m), (state, _, _) => new ItemItemModel("edlae", state)),
        new("rdlae", "RDLAE: EDLAE with a relaxed diagonal (Moon et al. 2023)", new RdlaeSettings(),
            (data, s, _, m) => Rdlae.Fit(data.Train, (RdlaeSettings)s!, m), (state, _, _) => new ItemItemModel("rdlae", state)),
        new("dlae", "DLAE: EDLAE with a free diagonal (Steck 2020)", new EdlaeSettings(),
            (data, s, _, m) => Dlae.Fit(data.Train, (EdlaeSettings)s!, m), (state, _, _) => new ItemItemModel("dlae", state)),
        new("deql", "DEQL: EDLAE that counts kept clicks too (Guo et al. 2026)", new DeqlSettings(),
            (data, s, _, m) => Deql.Fit(data.Train, (DeqlSettings)s!, m), (state, _, _) => new ItemItemModel("deql", state)),
        new("elsa", "ELSA: EASE in d numbers an item (Vancura et al. 2022)", new ElsaSettings(),
            (data, s, _, m) => Elsa.Fit(data.Train, (ElsaSettings)s!, m),
            (state, s, _) => new ElsaModel((float[])state[0], ((ElsaSettings)s!).Factors)),
        new("ials", "implicit ALS (Rendle et al. 2022)", new IalsSettings(),
            (data, s, _, m) => Ials.Fit(data.Train, (IalsSettings)s!, m, data.Start),
            (state, s, _) => Ials.Restore((IalsSettings)s!, (float[])state[0])),
        new("wmf", "weighted matrix factorisation (Hu et al. 2008)", new WmfSettings(),
            (data, s, _, m) => Wmf.Fit(data.Train, (WmfSettings)s!, m, data.Start),
            (state, s, _) => Wmf.Restore((WmfSettings)s!, (float[])state[0])),
        new("slim", "SLIM (Ning and Karypis 2011)", new SlimSettings(),
            (data, s, _, m) => Slim.Fit(data.Train, (SlimSettings)s!, m),
            (state, _, _) => new SparseItemItemModel("slim", state)),
        new("cdae", "collaborative denoising autoencoder (Wu et al. 2016)", new CdaeSettings(),
            (data, s, backend, m) => Cdae.Fit(data.Train, (CdaeSettings)s!, backend, m),
            (state, s, backend) => Cdae.Restore(state, (CdaeSettings)s!, backend), UsesBackend: true,
            KnowsTrainingUsersOnly: s => ((CdaeSettings)s!).UserNodes),
        Part("gmf", "NCF's GMF (He et al. 2017); scores training users only", NcfKind.Gmf),
        Part("mlp", "NCF's MLP (He et al. 2017); scores training users only", NcfKind.Mlp),
        new("neumf", "NCF's NeuMF (He et al. 2017), GMF and MLP in one; scores training users only", new NeuMfSettings(),
            (data, s, backend, m) => NcfTraining.Fit(data.Train, (NeuMfSettings)s!, backend, m),
            (state, s, backend) => Ncf.Restore(NcfKind.NeuMf, ((NeuMfSettings)s!).Factors, state, backend), UsesBackend: true,
            KnowsTrainingUsersOnly: _ => true),
        new("featurecosine", "smoothed cosine of item features, no learning; needs item features", new FeatureCosineSettings(),
            (data, s, _, m) => FeatureCosine.Fit(data.Attributes ?? [], (FeatureCosineSettings)s!, m),
            (state, _, _) => new ItemItemModel("featurecosine", state)),
        new("marec", "MARec on EASE or SLIM (Monteil et al. 2024), needs item features", new MarecSettings(),
            (data, s, _, m) => Marec.Fit(data.Train, data.Attributes ?? [], (MarecSettings)s!, m),
            (state, _, _) => new ItemItemModel("marec", state)),
    ];

    /// <summary>The baseline of that name, or null.</summary>
    public static Baseline? Find(string name) => All.FirstOrDefault(b => b.Name == name);

    /// <summary>Fits a baseline by name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="data">Training clicks, and item features if there are any.</param>
    /// <param name="settings">Settings that differ from the defaults: <c>{"lambda": 300}</c>; null for none.</param>
    /// <param name="monitor">Progress and cancellation.</param>
    /// <param name="backend">Makes the backend of a baseline that computes on one (cdae), which then owns it.</param>
    /// <exception cref="InputException">No such baseline, a setting it has not or cannot take, or memory cannot hold
    /// it.</exception>
    public static IBaseline Fit(
        string name, BaselineData data, JsonObject? settings = null, FitMonitor monitor = default, Func<IBackend>? backend = null)
    {
        var baseline = Require(name);
        return baseline.Fit(data, Read(baseline, Complete(name, settings)), backend ?? NoBackend, monitor);
    }

    /// <summary>A fitted baseline from what was kept of it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="settings">All its settings.</param>
    /// <param name="state">Its <see cref="IBaseline.State"/>.</param>
    /// <param name="backend">Makes the backend of a baseline that computes on one (cdae), which then owns it.</param>
    /// <exception cref="InputException">No such baseline or setting.</exception>
    public static IBaseline Restore(string name, JsonObject settings, IReadOnlyList<Array> state, Func<IBackend>? backend = null)
    {
        var baseline = Require(name);
        return baseline.Restore(state, Read(baseline, Complete(name, settings)), backend ?? NoBackend);
    }

    /// <summary>
    /// All settings of a baseline: those given, in kebab case or in the camel case of older runs, and the defaults of the others.
    /// </summary>
    /// <exception cref="InputException">No such baseline or setting.</exception>
    public static JsonObject Complete(string name, JsonObject? settings)
    {
        var json = Require(name).DefaultsAsJson();
        foreach (var (given, value) in settings ?? [])
        {
            string setting = Format.PropertyNamingPolicy!.ConvertName(given);
            if (!json.ContainsKey(setting))
            {
                string known = json.Count == 0 ? "none" : string.Join(", ", json.Select(p => p.Key));
                throw new InputException($"{name} has no setting '{given}'; it has {known}.");
            }
            json[setting] = value?.DeepClone();
        }
        return json;
    }

    /// <summary>True if a model of these settings knows its training users only, before it is fitted or opened.</summary>
    /// <exception cref="InputException">No such baseline or setting.</exception>
    public static bool KnowsTrainingUsersOnly(string name, JsonObject? settings)
    {
        var baseline = Require(name);
        return baseline.KnowsTrainingUsersOnly?.Invoke(Read(baseline, Complete(name, settings))) ?? false;
    }

    private static Baseline Part(string name, string description, NcfKind kind) => new(name, description, new NcfSettings(),
        (data, s, backend, m) => NcfTraining.Fit(kind, data.Train, (NcfSettings)s!, backend, m),
        (state, s, backend) => Ncf.Restore(kind, ((NcfSettings)s!).Factors, state, backend), UsesBackend: true,
        KnowsTrainingUsersOnly: _ => true);

    private static IBackend NoBackend() => throw new ArgumentException("This baseline computes on a backend; give one.");

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
            throw new InputException(
                $"{baseline.Name}: {problem.Path?.TrimStart('$', '.')} cannot be {settings.ToJsonString()}.", problem);
        }
    }
}
