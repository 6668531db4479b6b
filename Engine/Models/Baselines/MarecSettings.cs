using System.Text.Json.Serialization;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>Which model MARec aligns with item features. Its third one, the autoencoder, is a multvae or multdae run.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MarecBackbone>))]
public enum MarecBackbone
{
    /// <summary>EASE (eq. 8).</summary>
    Ease,
    /// <summary>SLIM with weighted zeros and a penalised, not forbidden, diagonal (eq. 10).</summary>
    Slim,
}

/// <summary>Which solution of MARec's objective.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MarecForm>))]
public enum MarecForm
{
    /// <summary>
    /// EASE: the closed form as the paper prints it (eq. 9), which is not the minimiser of its objective. SLIM: the regression of
    /// the clicks and the alignment together, which is eq. 11 where rarely clicked items have no clicks.
    /// </summary>
    Printed,
    /// <summary>
    /// The minimiser of the objective (eq. 8), column by column; with EASE one more inverse for each distinct small click count.
    /// </summary>
    Exact,
}

/// <summary>
/// Settings of <see cref="Marec"/>; the defaults are the paper's for MovieLens 10M, where Beta is 60 for cold items, 0.5 mixed,
/// and for SLIM those for NCF's MovieLens-1M but for Lambda, which is 300 there.
/// </summary>
/// <param name="Lambda">Ridge, above 0.</param>
/// <param name="Delta">Smoothing of the feature cosine, 0 or more.</param>
/// <param name="Alpha">Weight of the alignment.</param>
/// <param name="Beta">Strength of the alignment for an item without clicks, 0 or more; 0 needs no features.</param>
/// <param name="ZeroWeight">Weight of the zeros in the regression of the clicks on the features' scores, above 0.</param>
/// <param name="Form">As printed, or exact.</param>
/// <param name="Backbone">EASE or SLIM.</param>
/// <param name="SecondOrder">Mix products of two attributes' similarities too.</param>
/// <param name="Attributes">Attributes of the items to use, names between commas; null for all.</param>
/// <param name="NegativeWeight">Weight of a zero in SLIM's squares (w1), above 0; a click weighs 1.</param>
/// <param name="DiagonalPenalty">Ridge of SLIM's diagonal beside lambda (g1), 0 or more.</param>
public sealed record MarecSettings(
    double Lambda = 700, double Delta = 50, double Alpha = 1, double Beta = 60, double ZeroWeight = 0.1,
    MarecForm Form = MarecForm.Printed, MarecBackbone Backbone = MarecBackbone.Ease, bool SecondOrder = true,
    string? Attributes = null, double NegativeWeight = 0.25, double DiagonalPenalty = 800)
{
    /// <summary>Refuses impossible settings.</summary>
    /// <exception cref="InputException">A setting is out of range.</exception>
    internal void Validate()
    {
        if (!(Lambda > 0 && Delta >= 0 && Beta >= 0 && ZeroWeight > 0))
            throw new InputException("marec: lambda and the zero weight must be above 0, delta and beta 0 or more.");
        if (!(NegativeWeight > 0 && DiagonalPenalty >= 0))
            throw new InputException("marec: the negative weight must be above 0, the diagonal penalty 0 or more.");
    }
}
