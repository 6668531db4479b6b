using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;

namespace ManualVae.Tools.ColdItems;

/// <summary>A row of the table of cold items.</summary>
/// <param name="Name">As printed; the file of its results has the same name.</param>
/// <param name="Fit">Fits it to a draw.</param>
/// <param name="Warm">It ranks warm items too: measured on all kinds of items.</param>
internal sealed record ColdRow(string Name, Func<ColdDraw, ColdChoices, IRecommender> Fit, bool Warm = false)
{
    /// <summary>All features side by side, one cosine.</summary>
    public const string Content = "content-knn";

    /// <summary>The row of one attribute's cosine.</summary>
    public static string Cosine(string attribute) => $"cosine-{attribute}";

    /// <summary>Name of a mixture.</summary>
    public static string Mixture(bool secondOrder, bool texts) =>
        $"mixture{(secondOrder ? "+second" : "")}{(texts ? "+text" : "")}";

    /// <summary>The rows that the attributes of a dataset allow.</summary>
    public static IReadOnlyList<ColdRow> Of(IReadOnlyList<ItemAttribute> attributes)
    {
        bool IsText(ItemAttribute a) => a.Kind is AttributeKind.Text or AttributeKind.Vector;
        int others = attributes.Count(a => !IsText(a));
        bool texts = others > 0 && others < attributes.Count, second = attributes.Count > 1;
        (bool Second, bool Texts)[] mixtures =
        [
            (false, false), .. others > 1 ? [(true, false)] : Array.Empty<(bool, bool)>(),
            .. texts ? [(false, true), (true, true)] : Array.Empty<(bool, bool)>(),
        ];
        if (others == 0) mixtures = second ? [(false, true), (true, true)] : [(false, true)];
        var best = mixtures[^1];
        IRecommender OnMixture(ColdDraw draw, ColdChoices c, (bool Second, bool Texts) mixture, MarecSettings settings) =>
            draw.Marec(draw.Mixture(c, mixture.Second, mixture.Texts).Matrix(), settings);
        MarecSettings Exact(ColdChoices c) => new(Lambda: c.ExactLambda, Form: MarecForm.Exact);
        MarecSettings Printed(ColdChoices c) => new(Lambda: c.PrintedLambda);
        return
        [
            new("random", (draw, _) => draw.Baseline("random"), Warm: true),
            new("popularity", (draw, _) => draw.Baseline("popularity"), Warm: true),
            .. attributes.Select(a => new ColdRow(Cosine(a.Name), (draw, c) => draw.Cosine(a.Name, c.CosineDelta[a.Name]))),
            .. second ? [new ColdRow(Content, (draw, c) => draw.Cosine(null, c.CosineDelta[Content]), Warm: true)]
                : Array.Empty<ColdRow>(),
            .. mixtures.Select(m => new ColdRow(Mixture(m.Second, m.Texts),
                (draw, c) => FeatureCosine.Of(draw.Mixture(c, m.Second, m.Texts)), Warm: m == best)),
            .. mixtures.SkipLast(1).Select(m => new ColdRow($"MARec-EASE-exact.{Mixture(m.Second, m.Texts)}",
                (draw, c) => OnMixture(draw, c, m, Exact(c)))),
            new("EASE", (draw, c) => draw.Baseline("ease", new() { ["lambda"] = c.EaseLambda }), Warm: true),
            new("MARec-EASE-exact", (draw, c) => OnMixture(draw, c, best, Exact(c)), Warm: true),
            new("MARec-EASE-printed", (draw, c) => OnMixture(draw, c, best, Printed(c)), Warm: true),
            new("MARec-EASE-printed-0.5", (draw, c) => OnMixture(draw, c, best, Printed(c) with { Beta = 0.5 }), Warm: true),
            new("MARec-EASE-printed-hybrid",
                (draw, c) => OnMixture(draw, c, best, Printed(c) with { Beta = c.HybridBeta }), Warm: true),
            new("MARec-SLIM", (draw, c) => OnMixture(draw, c, best,
                new(Lambda: c.SlimLambda, Form: MarecForm.Exact, Backbone: MarecBackbone.Slim)), Warm: true),
            new("MARec-DAE", (draw, c) => draw.Autoencoder(c, variational: false), Warm: true),
            new("MARec-VAE", (draw, c) => draw.Autoencoder(c, variational: true), Warm: true),
        ];
    }

    /// <summary>Chooses all settings on the validation part of a draw; reports each choice.</summary>
    public static ColdChoices Choose(ColdDraw draw, Action<string> say)
    {
        var attributes = draw.Data.Attributes;
        var best = (Second: attributes.Count > 1, Texts: draw.Texts.Length > 0);
        var choices = new ColdChoices([]);
        double Best(string name, string tried, bool? cold, Func<double, IRecommender> fit)
        {
            double[] candidates = ColdChoices.Tried[tried];
            if (candidates.Length == 1) return candidates[0];
            var (value, found) = (double.NegativeInfinity, 0.0);
            foreach (double candidate in candidates)
            {
                using var model = fit(candidate);
                double quality = draw.Validated(model, cold);
                say($"choose     {name} {candidate:G4}: NDCG@10 {quality:0.0000}");
                if (quality > value) (value, found) = (quality, candidate);
            }
            return found;
        }
        foreach (string name in attributes.Select(a => a.Name).Append(Content))
            choices.CosineDelta[name] = Best($"delta of {name}", nameof(choices.Delta), true,
                delta => draw.Cosine(name == Content ? null : name, delta));
        double quality = double.NegativeInfinity;
        foreach (double delta in ColdChoices.Tried[nameof(choices.Delta)])
            foreach (double weight in ColdChoices.Tried[nameof(choices.ZeroWeight)])
            {
                var candidate = choices with { Delta = delta, ZeroWeight = weight };
                using var model = FeatureCosine.Of(draw.Mixture(candidate, best.Second, best.Texts));
                double found = draw.Validated(model, cold: true);
                say($"choose     delta {delta:G4}, zero weight {weight:G4}: NDCG@10 {found:0.0000}");
                if (found > quality) (quality, choices) = (found, candidate);
            }
        float[] similarity = draw.Mixture(choices, best.Second, best.Texts).Matrix();
        choices = choices with
        {
            EaseLambda = Best("lambda of EASE", nameof(choices.EaseLambda), false,
                lambda => draw.Baseline("ease", new() { ["lambda"] = lambda })),
            ExactLambda = Best("lambda of MARec-EASE-exact", nameof(choices.ExactLambda), true,
                lambda => draw.Marec(similarity, new(Lambda: lambda, Form: MarecForm.Exact))),
            PrintedLambda = Best("lambda of MARec-EASE-printed", nameof(choices.PrintedLambda), true,
                lambda => draw.Marec(similarity, new(Lambda: lambda))),
            SlimLambda = Best("lambda of MARec-SLIM", nameof(choices.SlimLambda), true, lambda => draw.Marec(similarity,
                new(Lambda: lambda, Form: MarecForm.Exact, Backbone: MarecBackbone.Slim))),
            AutoencoderBeta = Best("beta of MARec-DAE", nameof(choices.AutoencoderBeta), true,
                beta => draw.Autoencoder(choices with { AutoencoderBeta = beta }, variational: false)),
        };
        return choices with
        {
            HybridBeta = Best("beta of the hybrid", nameof(choices.HybridBeta), null,
                beta => draw.Marec(similarity, new(Lambda: choices.PrintedLambda, Beta: beta))),
        };
    }
}
