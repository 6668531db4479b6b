using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Serving;

namespace ManualVae.Tools.Runs;

/// <summary>One evaluated user: what the model was shown, what it recommends, and what was to be found.</summary>
/// <param name="User">Id.</param>
/// <param name="Clicks">How many clicks the model was shown.</param>
/// <param name="History">Names of some of them.</param>
/// <param name="Items">The list.</param>
/// <param name="HeldOut">How many clicks were held out.</param>
/// <param name="Missed">Names of some held-out clicks that are not in the list.</param>
internal sealed record EvaluationExample(
    string User, int Clicks, string[] History, ExampleItem[] Items, int HeldOut, string[] Missed)
{
    private const int Count = 5, Top = 10, Named = 8;

    /// <summary>
    /// Users from few clicks to many: those at a tenth, three, five, seven and nine tenths of the evaluated users by clicks. They
    /// are not chosen by what the model finds.
    /// </summary>
    public static EvaluationExample[] Choose(TrainedModel trained, EvaluationSplit part, EvaluationResult result)
    {
        var data = trained.Data;
        int[] rows = [.. result.Rows.OrderBy(row => part.Known.RowLength(row)).ThenBy(row => row)];
        int[] chosen = [.. Enumerable.Range(0, Count).Select(i => rows[(2 * i + 1) * rows.Length / (2 * Count)]).Distinct()];
        string Name(int item) => data.ItemTitles[item] ?? data.ItemIds[item];
        using var recommender = new Recommender(trained.Recommender, data, hideHeldOut: true);
        var answers = recommender.Recommend([.. chosen.Select(row => new Query
        {
            User = data.UserIds[part.FirstUser + row], Top = Top,
            Items = [.. part.Known.RowColumns(row).ToArray().Select(item => data.ItemIds[item])],
        })]);
        return [.. chosen.Select((row, i) =>
        {
            int[] known = part.Known.RowColumns(row).ToArray(), held = part.HeldOut.RowColumns(row).ToArray();
            var heldIds = held.Select(item => data.ItemIds[item]).ToHashSet();
            ExampleItem[] items = [.. answers[i].Items.Select(item =>
                new ExampleItem(item.Title ?? item.Id, item.Genres, heldIds.Contains(item.Id)))];
            var listed = answers[i].Items.Select(item => item.Id).ToHashSet();
            return new EvaluationExample(answers[i].User!, known.Length, [.. known.Take(Named).Select(Name)], items, held.Length,
                [.. held.Where(item => !listed.Contains(data.ItemIds[item])).Take(Named).Select(Name)]);
        })];
    }
}

/// <summary>An item of an example's list.</summary>
/// <param name="Name">Title, or id.</param>
/// <param name="Genres">Genres, separated by '|', if known.</param>
/// <param name="Hit">True if it is a held-out click.</param>
internal sealed record ExampleItem(string Name, string? Genres, bool Hit);
