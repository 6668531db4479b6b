namespace ManualVae.Data.Import;

/// <summary>A division of clicks, before ids are attached.</summary>
/// <param name="Train">Training users x items.</param>
/// <param name="Validation">The validation part, or null.</param>
/// <param name="Test">The test part, or null.</param>
/// <param name="Users">Number in the source of each user of <c>users.tsv</c>.</param>
/// <param name="Items">Number in the source of each column.</param>
/// <param name="UnknownItemsDropped">Clicks of held-out users on items that no training user clicked.</param>
/// <param name="Ties">Held-out clicks at the time of a click in an earlier part.</param>
internal sealed record Division(CsrMatrix Train, EvaluationSplit? Validation, EvaluationSplit? Test, int[] Users, int[] Items,
    long UnknownItemsDropped = 0, long Ties = 0);
