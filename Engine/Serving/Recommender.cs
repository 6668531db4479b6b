using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using ManualVae.Training;
using static ManualVae.Data.InputException;

namespace ManualVae.Serving;

/// <summary>
/// Answers with item ids, titles and scores: the door to a trained model. Many threads may ask at once; a model that computes on
/// a backend answers them one after the other, so questions that are at hand together are best asked together
/// (<see cref="Recommend(IReadOnlyList{Query})"/>).
/// </summary>
public sealed class Recommender : IDisposable
{
    private readonly FittedRun? _run;
    private readonly IRecommender _model;
    private readonly Ranker _ranker;
    private readonly Lazy<Histories> _histories;
    private readonly Neighbours _neighbours;
    private readonly ItemIndex _index;

    /// <summary>Recommends with a model that was just trained; the model stays the caller's.</summary>
    /// <param name="model">The model, over the items of the data.</param>
    /// <param name="data">The data it was trained on.</param>
    /// <param name="hideHeldOut">As <see cref="RecommenderOptions.HideHeldOut"/>.</param>
    public Recommender(IRecommender model, PreparedDataset data, bool hideHeldOut = false)
        : this(null, model, data, data.Items, ownData: true, hideHeldOut) { }

    private Recommender(FittedRun? run, IRecommender model, PreparedDataset? data, ItemList items, bool ownData, bool hideHeldOut)
    {
        if (items.Count != model.ItemCount)
            throw new ArgumentException($"The model scores {model.ItemCount} items, the data has {items.Count}.", nameof(model));
        (_run, _model, Data, Items) = (run, model, data, items);
        _histories = new(() => data is null ? Histories.None(items.Count) : Histories.Of(data, hideHeldOut));
        _index = new(items);
        var turns = new Turns(model.TakesOneCaller);
        _ranker = new(model, data is null ? null : Popularity.Fit(data.Train), turns);
        _neighbours = new(model, data?.Train, ownData, turns);
    }

    /// <summary>Opens a run: an autoencoder or a baseline. Its data need not be there; users are then unknown.</summary>
    /// <param name="run">The run folder.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="InputException">It is not a run, has no checkpoint, or does not fit the data.</exception>
    public static Recommender Load(string run, RecommenderOptions? options = null)
    {
        options ??= new();
        var folder = RunFolder.Open(run);
        var manifest = folder.Manifest;
        PreparedDataset? data = null;
        var items = options.Data is null && !Directory.Exists(manifest.Data) ? folder.ReadIds()?.Items : null;
        if (items is not null) options.Note?.Invoke($"{manifest.Data}: the run's data is missing, so its users are unknown.");
        else data = RunData.Open(folder, options.Data, keepUnknown: false, options.Note);
        var backend = options.Backend
            ?? (name => Backends.Create(name, options.Threads, options.Note, options.Precision));
        var fitted = FittedRun.Load(folder, () => backend(options.Device ?? manifest.Settings.Device), options.BatchSize);
        try
        {
            fitted.HoldForServing();
            return new(fitted, fitted.Model, data, items ?? data!.Items, ownData: data?.ManifestHash == manifest.DataHash,
                options.HideHeldOut);
        }
        catch
        {
            fitted.Dispose();
            throw;
        }
    }

    /// <summary>Name of the kind of model: <c>multvae</c>, <c>ease</c>, ...</summary>
    public string Model => _model.Name;

    /// <summary>The run, or null for a model that was not loaded from one.</summary>
    public RunFolder? Run => _run?.Folder;

    /// <summary>The data in the model's columns, or null if it is missing.</summary>
    public PreparedDataset? Data { get; }

    /// <summary>The items that can be recommended.</summary>
    public ItemList Items { get; }

    /// <summary>Original ids of the users whose histories are known.</summary>
    public IReadOnlyCollection<string> Users => Data?.UserIds ?? [];

    /// <summary>True if the user's history is known.</summary>
    public bool KnowsUser(string id) => _histories.Value.Users.ContainsKey(id);

    /// <summary>True if the model has a column for the item.</summary>
    public bool KnowsItem(string id) => IndexOf(id) is not null;

    /// <summary>The item's index in <see cref="Items"/>; null if it is unknown.</summary>
    public int? IndexOf(string itemId) => _index.Column(itemId);

    /// <summary>An item's title, or its id if it has none or is unknown.</summary>
    public string NameOf(string itemId) => IndexOf(itemId) is int column ? Items.Titles[column] ?? itemId : itemId;

    /// <summary>
    /// Original ids of the items that a text may mean: the item of this id, else those of this title (with or without the year in
    /// parentheses at its end), else those whose titles contain it. The case of letters does not count in titles; a text
    /// without a letter is not looked for within titles.
    /// </summary>
    /// <param name="text">An id, a title or a part of one.</param>
    /// <param name="most">How many, in the order of the items.</param>
    public IReadOnlyList<string> Find(string text, int most = 10) =>
        [.. _index.Find(text).Take(most).Select(item => Items.Ids[item])];

    /// <summary>The id of the one item that a text means, by the rules of <see cref="Find"/>; null if it means none.</summary>
    /// <param name="text">An id, a title or a part of one.</param>
    /// <exception cref="InputException">It may mean several items, which are named.</exception>
    public string? ItemNamed(string text)
    {
        const int shown = 6;
        int[] found = [.. _index.Find(text).Take(shown + 1)];
        if (found.Length < 2) return found.Length == 0 ? null : Items.Ids[found[0]];
        string names = string.Join("; ", found.Take(shown).Select(item => $"{Items.Ids[item]} {Items.Titles[item]}"));
        throw new InputException($"'{text}' may mean {names}{(found.Length > shown ? "; ..." : "")}. Give one of the ids.");
    }

    /// <summary>The best items for a user of the data.</summary>
    /// <param name="userId">Original id of the user.</param>
    /// <param name="top">Length of the list.</param>
    /// <param name="options">Everything else that a query says; its user, items and length are not read.</param>
    /// <exception cref="InputException">The user is unknown.</exception>
    public Recommendations Recommend(string userId, int top = 10, Query? options = null) =>
        Recommend([(options ?? new()) with { User = userId, Items = [], Top = top }])[0];

    /// <summary>The best items for somebody new who clicked these items. Unknown ids are skipped and reported.</summary>
    /// <param name="itemIds">Original ids of the clicked items; none gives the most popular items.</param>
    /// <param name="top">Length of the list.</param>
    /// <param name="options">Everything else that a query says; its user, items and length are not read.</param>
    public Recommendations Recommend(IEnumerable<string> itemIds, int top = 10, Query? options = null) =>
        Recommend([(options ?? new()) with { User = null, Items = [.. itemIds], Top = top }])[0];

    /// <summary>Answers many queries in as few passes as possible; the lists are those that each query gets alone.</summary>
    /// <exception cref="InputException">A user is unknown, or a number is out of range.</exception>
    public IReadOnlyList<Recommendations> Recommend(IReadOnlyList<Query> queries)
    {
        // Many queries may share a list; it is looked up once.
        var lists = new Dictionary<object, (int[] Columns, string[] Unknown)>(ReferenceEqualityComparer.Instance);
        var requests = new Request[queries.Count];
        for (int q = 0; q < requests.Length; q++) requests[q] = Resolve(queries[q], lists);
        _ranker.Rank(requests);
        return [.. requests.Select(Answer)];
    }

    /// <summary>The items most like a given one.</summary>
    /// <param name="itemId">Original id of the item.</param>
    /// <param name="top">Length of the list.</param>
    /// <exception cref="InputException">The item is unknown, or nobody clicked it.</exception>
    public SimilarItems Similar(string itemId, int top = 10)
    {
        if (top < 1) throw About($"{Setting(nameof(Query.Top))} is {top}; give 1 or more.");
        var (name, examples) = (Setting("Item"), Examples(Items.Ids));
        int item = IndexOf(itemId) ?? throw About(
            $"{name} {itemId}: no such item among the {Items.Count} that {Place} knows; ids look like {examples}.");
        var (items, by) = _neighbours.Of(item, itemId, top);
        return new(itemId, Items.Titles[item], by, [.. items.Select(n => Named(n.Item, n.Similarity))]);
    }

    /// <summary>
    /// A vector for each item, items x dimension, row-major, and how they compare; null if the model has none. The vectors are
    /// the recommender's: read only.
    /// </summary>
    public (float[] Vectors, string By)? ItemVectors => _neighbours.Vectors;

    /// <inheritdoc/>
    public void Dispose() => _run?.Dispose();

    private string Place => Run is null ? "the model" : $"the run {Run.Path}";

    private InputException UnknownUser(string id)
    {
        string place = Data is null ? $"{Place}, whose data is missing" : Data.Directory.Length > 0 ? Data.Directory : Place;
        string examples = Users.Count == 0 ? "" : $" ids look like {Examples(Users)}.";
        var (user, items) = (Setting(nameof(Query.User)), Setting(nameof(Query.Items)));
        return About($"{user} {id}: no such user among the {Users.Count} of {place};{examples} For someone new give {items}.");
    }

    private Request Resolve(Query query, Dictionary<object, (int[] Columns, string[] Unknown)> lists)
    {
        if (query.Top < 1)
            throw About($"{Setting(nameof(Query.Top))} is {query.Top}; give 1 or more.");
        if (query.Why < 0)
            throw About($"{Setting(nameof(Query.Why))} is {query.Why}; give 0 or more.");
        var histories = _histories.Value;
        int? user = null;
        if (query.User is { } id)
            user = histories.Users.TryGetValue(id, out int row) ? row : throw UnknownUser(id);
        (int[] Columns, string[] Unknown) Listed(IReadOnlyCollection<string>? ids)
        {
            if (ids is null or { Count: 0 }) return ([], []);
            if (!lists.TryGetValue(ids, out var listed)) lists[ids] = listed = _index.Columns(ids);
            return listed;
        }
        var (clicked, excluded, allowed) = (Listed(query.Items), Listed(query.Exclude), Listed(query.Allow));
        int[] history = user is int known ? SortedColumns.Union(histories.Clicks.RowColumns(known), clicked.Columns)
            : clicked.Columns;
        int[] notRanked = query.IncludeSeen ? excluded.Columns
            : excluded.Columns.Length == 0 ? history : SortedColumns.Union(history, excluded.Columns);
        string[] unknown = [.. clicked.Unknown.Union(excluded.Unknown).Union(allowed.Unknown)];
        return new(query, user, history, notRanked, query.Allow is null ? null : allowed.Columns, unknown)
        {
            TrainingUsers = _model.KnowsTrainingUsersOnly ? histories.Clicks : null,
        };
    }

    private Recommendations Answer(Request request) => new(
        request.Query.User, Array.ConvertAll(request.History, item => Items.Ids[item]),
        [.. request.Items.Select((item, rank) => Named(item, request.Scores[rank], request.Why?[rank]))],
        request.Unknown, request.FromPopularity);

    private RankedItem Named(int item, float score, (int Click, float Contribution)[]? why = null) => new(
        Items.Ids[item], Items.Titles[item], Items.Genres[item], score,
        why?.Select(w => new Reason(Items.Ids[w.Click], Items.Titles[w.Click], w.Contribution)).ToArray());

    private static string Examples(IEnumerable<string> ids) => string.Join(", ", ids.Take(3));
}
