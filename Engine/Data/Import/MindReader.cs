namespace ManualVae.Data.Import;

/// <summary>
/// MIND, the Microsoft News dataset: <c>behaviors.tsv</c> (impression, user, time, history, impressions such as "N1-1 N2-0"; tabs
/// and blanks) and <c>news.tsv</c> (id, category, subcategory, title).
/// </summary>
internal static class MindReader
{
    private const string Pattern = "M/d/yyyy h:mm:ss tt";

    /// <summary>
    /// Clicks are the history, in order but without times, and the impressions that end in -1. Of times, the history's are the
    /// seconds after 1970, so that it comes before all impressions in its order.
    /// </summary>
    public static void Read(ClickSource source)
    {
        string path = SourceFiles.Find(source.Options.Input, "behaviors.tsv");
        source.RequireNoRatingFilter(path);
        source.HasTimes = source.Options.NeedsTimes;
        if (source.HasTimes)
            source.Files.Text.Note($"{path}: the clicks of a user's history have no times; they count before all impressions");
        using (var table = new TableReader(source.Files, path, "\t"))
            table.ForEach(() =>
            {
                table.Expect(5, 5, "impression, user, time, history and impressions, tab-separated");
                var user = table.Id(1, "user");
                var time = source.HasTimes ? table.Time(2, Pattern) : default;
                int place = 0;
                foreach (var range in table.Bytes(3).SplitAny((byte)' '))
                    if (!table.Bytes(3)[range].IsEmpty)
                        source.Add(source.Train, user, table.Bytes(3)[range], time: new ClickTime(place++));
                foreach (var range in table.Bytes(4).SplitAny((byte)' '))
                    if (table.Bytes(4)[range] is [.. var clicked, (byte)'-', (byte)'1'])
                        source.Add(source.Train, user, clicked, time: time);
            });
        if (SourceFiles.TryFindBeside(path, "news.tsv") is not { } titles) return;
        using var news = new TableReader(source.Files, titles, "\t");
        while (news.Read())
            if (news.FieldCount > 3) source.Descriptions[news.Text(0)] = (news.Text(3), $"{news.Text(1)}|{news.Text(2)}");
    }
}
