using System.Text.Json;
using System.Text.Json.Serialization;

namespace ManualVae.Data;

/// <summary>How the clicks of a dataset are divided into training and evaluation.</summary>
[JsonConverter(typeof(SplitKindConverter))]
public enum SplitKind
{
    /// <summary>Users are divided; of a held-out user part of the clicks is shown, the rest is to be found.</summary>
    Strong,
    /// <summary>Ready-made files divide every user's clicks.</summary>
    Weak,
    /// <summary>One click of each user is held out.</summary>
    LeaveOneOut,
    /// <summary>The latest clicks are held out.</summary>
    Temporal,
    /// <summary>Some clicks of each user are held out.</summary>
    LeaveKOut,
    /// <summary>A share of each user's clicks is held out, or one fold of them.</summary>
    Ratio,
    /// <summary>All clicks are for training.</summary>
    None,
    /// <summary>Items are divided: all clicks of the cold items are held out (<see cref="ItemDivision"/>).</summary>
    ColdItems,
}

/// <summary>Writes a split kind as the command line spells it.</summary>
internal sealed class SplitKindConverter() : JsonStringEnumConverter<SplitKind>(JsonNamingPolicy.KebabCaseLower);
