using System.Globalization;
using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>How many of a user's training clicks become validation: one click, or a share of them.</summary>
/// <param name="Share">The share, between 0 and 1; null for one click.</param>
internal readonly record struct CarvedShare(double? Share)
{
    /// <summary>The word for one click of each user.</summary>
    public const string One = "one";

    /// <summary>Reads <see cref="One"/> or a share; null is null.</summary>
    /// <exception cref="InputException">It is neither.</exception>
    public static CarvedShare? Parse(string? text) => text switch
    {
        null => null,
        One => new(null),
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double share)
            && share is > 0 and < 1 => new(share),
        _ => throw About($"{Setting("CarveValidation")} {text}: give one, or a share between 0 and 1."),
    };

    /// <summary>Clicks to carve of a user's: at least one stays in training. A share is rounded.</summary>
    public int Of(int clicks) => Math.Min(Share is double share ? (int)Math.Round(share * clicks) : 1, clicks - 1);

    /// <summary>True where the clicks are drawn: a share always, one click where the source has no times.</summary>
    public bool IsDrawn(bool hasTimes) => Share is not null || !hasTimes;
}
