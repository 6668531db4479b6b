namespace ManualVae.Models;

/// <summary>Which linear autoencoder stands beside the decoder.</summary>
public enum LinearPathKind
{
    /// <summary>None.</summary>
    None,

    /// <summary>B = P Q' without its diagonal, learned, of rank <see cref="AutoencoderSettings.LinearRank"/>.</summary>
    LowRank,

    /// <summary>
    /// EASE's weights, fitted to the training clicks once and never trained. Training sees each user's scores as they were if
    /// EASE had been fitted without the user: in its own fit it is better than on new users, and training would lean on that.
    /// </summary>
    Ease,
}
