namespace ManualVae.Data.Import;

/// <summary>Which clicks of a user are held out.</summary>
public enum HoldOutOrder
{
    /// <summary>The last ones by time; of equal times the seed decides.</summary>
    Last,
    /// <summary>Clicks drawn with the seed.</summary>
    Drawn,
}
