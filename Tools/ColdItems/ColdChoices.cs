using System.Globalization;

namespace ManualVae.Tools.ColdItems;

/// <summary>What was chosen on validation, for all draws.</summary>
/// <param name="CosineDelta">Smoothing of each attribute's cosine; of all features side by side under "content-knn".</param>
/// <param name="Delta">Smoothing of the cosines in mixtures.</param>
/// <param name="ZeroWeight">Weight of the zeros in the regression of the mixture.</param>
/// <param name="EaseLambda">Ridge of EASE without alignment, by warm clicks.</param>
/// <param name="ExactLambda">Ridge of MARec on EASE, exact.</param>
/// <param name="PrintedLambda">The same as printed.</param>
/// <param name="SlimLambda">Ridge of MARec on SLIM.</param>
/// <param name="AutoencoderBeta">Strength of the aligned autoencoder.</param>
/// <param name="HybridBeta">Strength of the hybrid, by cold and warm clicks together.</param>
internal sealed record ColdChoices(
    Dictionary<string, double> CosineDelta, double Delta = 50, double ZeroWeight = 0.1, double EaseLambda = 500,
    double ExactLambda = 700, double PrintedLambda = 700, double SlimLambda = 300, double AutoencoderBeta = 50,
    double HybridBeta = 0.5)
{
    /// <summary>
    /// What the numbers were tried at; a single one is the paper's for MovieLens, and costs no fit. Lambda of the exact form on
    /// EASE hardly matters to cold items, whose ridge is lambda / (1 + 60^2).
    /// </summary>
    public static IReadOnlyDictionary<string, double[]> Tried { get; } = new Dictionary<string, double[]>
    {
        [nameof(Delta)] = [1, 10, 50],
        [nameof(ZeroWeight)] = [0.01, 0.1, 1],
        [nameof(EaseLambda)] = [500],
        [nameof(ExactLambda)] = [700],
        [nameof(PrintedLambda)] = [100, 700],
        [nameof(SlimLambda)] = [300],
        [nameof(AutoencoderBeta)] = [50],
        [nameof(HybridBeta)] = [0.02, 0.1, 0.5],
    };

    /// <summary>What is wrong with choices that were read: each attribute has a smoothing, and all are numbers from 0.</summary>
    public string? Wrong(IEnumerable<string> attributes)
    {
        if (attributes.FirstOrDefault(name => !CosineDelta.ContainsKey(name)) is string missing) return $"nothing on {missing}";
        double[] chosen =
        [
            .. CosineDelta.Values, Delta, ZeroWeight, EaseLambda, ExactLambda, PrintedLambda, SlimLambda, AutoencoderBeta,
            HybridBeta,
        ];
        return chosen.All(value => value >= 0 && double.IsFinite(value)) ? null : "a choice is not a number from 0";
    }

    /// <summary>For people: <c>delta of mixtures 10, of genres 50; weight of zeros 0.1; ...</c></summary>
    public override string ToString()
    {
        var text = CultureInfo.InvariantCulture;
        string cosines = string.Concat(CosineDelta.Select(c => string.Create(text, $", of {c.Key} {c.Value}")));
        return string.Create(text, $"delta of mixtures {Delta}{cosines}; weight of zeros {ZeroWeight}; ")
            + string.Create(text, $"lambda of EASE {EaseLambda}, exact {ExactLambda}, printed {PrintedLambda}, ")
            + string.Create(text, $"SLIM {SlimLambda}; ")
            + string.Create(text, $"beta of autoencoders {AutoencoderBeta}, of the hybrid {HybridBeta}");
    }
}
