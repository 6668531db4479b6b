using ManualVae.Compute;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Export;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using ManualVae.Tests.Models;

namespace ManualVae.Tests.Export;

/// <summary>Small models to export, by name.</summary>
internal static class ExportedModels
{
    public const int Users = 9, Items = 37;

    private static readonly AutoencoderSettings Vae = new() { Hidden = [11], Latent = 5 };

    /// <summary>Clicks; user 0 has none, user 1 all.</summary>
    public static readonly CsrMatrix Clicks = ToyClicks.Random(Users, Items);

    private static readonly Dictionary<string, AutoencoderSettings> Members = new()
    {
        ["multvae"] = Vae,
        ["multdae"] = Vae with { Variational = false },
        ["no hidden layers"] = Vae with { Hidden = [] },
        ["three hidden layers"] = Vae with { Hidden = [11, 7, 6] },
        ["linear decoder"] = Vae with { DecoderHidden = [] },
        ["gaussian"] = Vae with { Likelihood = LikelihoodKind.Gaussian },
        ["logistic with anchors"] = Vae with
        {
            Likelihood = LikelihoodKind.Logistic,
            Anchors = true,
            AnchorsPerItem = 2,
            AnchorWeighting = AnchorWeighting.Rarity,
        },
        ["linear path"] = Vae with { LinearPath = LinearPathKind.LowRank, LinearRank = 4, LinearScale = 3 },
        ["ease beside it"] = Vae with { LinearPath = LinearPathKind.Ease, Mask = MaskMode.Plain },
        ["cosine"] = Vae with { OutputHead = OutputHead.Cosine },
        ["plain input"] = Vae with { Mask = MaskMode.Plain },
        ["recvae"] = Vae with
        {
            Encoder = EncoderKind.Recvae,
            Hidden = [7, 7, 7, 7, 7],
            DecoderHidden = [],
            Prior = PriorKind.Composite,
        },
        ["negatives"] = Vae with { Negatives = 4, LazyAdam = LazyAdamKind.Exact },
        ["gated vamp"] = Vae with { Encoder = EncoderKind.Gated, Hidden = [9, 7], Prior = PriorKind.Vamp, PseudoInputs = 4 },
        ["hierarchical"] = Vae with { Encoder = EncoderKind.Gated, Levels = 2 },
        ["deep hvamp"] = Vae with
        {
            Encoder = EncoderKind.Gated,
            Hidden = [9, 7, 6],
            Levels = 2,
            Prior = PriorKind.Vamp,
            PseudoInputs = 4,
        },
    };

    private static readonly string[] Baselines =
        ["ease", "edlae", "elsa", "slim", "itemknn", "popularity", "cdae", "marec", "featurecosine"];

    public static IEnumerable<string> Autoencoders => Members.Keys;

    public static IEnumerable<string> All => [.. Members.Keys, .. Baselines];

    /// <summary>Makes a model; weights of autoencoders are random.</summary>
    public static IRecommender Make(string name, CsrMatrix? clicks = null)
    {
        clicks ??= Clicks;
        if (Members.TryGetValue(name, out var settings)) return Autoencoder(settings, clicks.Columns);
        var features = Features(ToyClicks.Random(clicks.Columns, 6, seed: 8));
        return BaselineCatalogue.Fit(
            name, new BaselineData(clicks, features), SettingsOf(name), backend: () => new SimdBackend(1));
    }

    private static ItemAttribute[] Features(CsrMatrix values) => [new("features", AttributeKind.Categorical,
        [.. Enumerable.Range(0, values.Columns).Select(f => $"f{f}")], values)];

    /// <summary>A model to write.</summary>
    public static ModelExport Exported(IRecommender model) =>
        new(model, new Dictionary<string, string> { ["model"] = model.Name, ["settings"] = "{\"a\": \"ü\"}" });

    /// <summary>The bytes that a writer writes.</summary>
    public static byte[] Bytes(Action<Stream> write)
    {
        var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }

    private static System.Text.Json.Nodes.JsonObject SettingsOf(string name) => name switch
    {
        "cdae" => new() { ["hidden"] = 6, ["epochs"] = 3 },
        "gmf" or "mlp" or "neumf" => new() { ["factors"] = 2, ["epochs"] = 1 },
        "ials" or "wmf" => new() { ["factors"] = 6 },
        "itemknn" => new() { ["neighbours"] = 4 },
        "slim" => new() { ["l1"] = 0.5 },
        _ => [],
    };

    private static Autoencoder Autoencoder(AutoencoderSettings settings, int items)
    {
        var model = new Autoencoder(new SimdBackend(2), settings, items, Users, seed: 3, training: false);
        uint number = 0;
        foreach (var parameter in model.Parameters.All)
        {
            var key = new RandomKey(7, number++, RandomPurpose.Study);
            float[] values = new float[parameter.Value.Length];
            for (int i = 0; i < values.Length; i++) values[i] = CounterRandom.Uniform(key, 0, (uint)i) - 0.5f;
            model.Backend.Upload(values, parameter.Value);
        }
        return model;
    }
}
