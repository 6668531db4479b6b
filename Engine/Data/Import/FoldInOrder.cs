namespace ManualVae.Data.Import;

/// <summary>The order in which a strong split draws the held-out clicks: the draws depend on it.</summary>
public enum FoldInOrder
{
    /// <summary>Users by original id, the clicks of a user in the order of the file: the code of Liang et al. 2018.</summary>
    Source,
    /// <summary>Users and items by their positions after the division, as where only matrices are left.</summary>
    Positions,
}
