namespace ManualVae.Serving;

/// <summary>An item of a list.</summary>
/// <param name="Id">Original id.</param>
/// <param name="Title">Title, if known.</param>
/// <param name="Genres">Genres, separated by '|', if known.</param>
/// <param name="Score">The model's score; larger is better. Scores compare within one list only.</param>
/// <param name="Why">
/// The clicks that brought it up, most first, if they were asked for; none where the model has no reasons to give.
/// </param>
public sealed record RankedItem(string Id, string? Title, string? Genres, float Score, IReadOnlyList<Reason>? Why = null);

/// <summary>A click that brought an item up.</summary>
/// <param name="Id">Original id of the clicked item.</param>
/// <param name="Title">Its title, if known.</param>
/// <param name="Contribution">
/// What the click adds, above 0: to the score, for linear models; for others what the item's log-probability or logit loses
/// without the click. See <see cref="Models.Explanations"/>, which has the negative ones too.
/// </param>
public sealed record Reason(string Id, string? Title, float Contribution);

/// <summary>The answer to a <see cref="Query"/>.</summary>
/// <param name="User">The user, or null for somebody new.</param>
/// <param name="History">Original ids of the clicks that the model was shown.</param>
/// <param name="Items">The best items, best first; fewer than asked for if no more are left.</param>
/// <param name="Unknown">Ids of the query that the model does not know; they were skipped.</param>
/// <param name="FromPopularity">
/// True if no click was known, so that these are the most popular items. Without the data of a run nobody knows which they are;
/// the model answers then.
/// </param>
public sealed record Recommendations(
    string? User, IReadOnlyList<string> History, IReadOnlyList<RankedItem> Items, IReadOnlyList<string> Unknown,
    bool FromPopularity);

/// <summary>The neighbours of an item.</summary>
/// <param name="Id">Original id of the item.</param>
/// <param name="Title">Its title, if known.</param>
/// <param name="By">What was compared, such as <c>cosine of decoder vectors</c>.</param>
/// <param name="Items">The most similar items, best first, with their cosines.</param>
public sealed record SimilarItems(string Id, string? Title, string By, IReadOnlyList<RankedItem> Items);
