using ManualVae.Data;
using ManualVae.Data.Import;
using Xunit;

namespace ManualVae.Tests.Data.Import;

/// <summary>Every published layout on a few lines of it, recognised without a format.</summary>
public class LayoutTests
{
    /// <summary>Fixtures/Data/layouts.txt: layout, name of the file, users, items; then the lines of the file.</summary>
    public static TheoryData<string, string, string, string, string> Published
    {
        get
        {
            var cases = new TheoryData<string, string, string, string, string>();
            foreach (string part in File.ReadAllText(TestData.Fixture("Data", "layouts.txt")).Split("=== ").Skip(1))
            {
                string[] first = part.Split('\n', 2), head = first[0].Split(' ');
                cases.Add(head[0], head[1], first[1], head[2], head[3].Replace('_', ' '));
            }
            return cases;
        }
    }

    [Theory, MemberData(nameof(Published))]
    public void A_layout_is_recognised_by_its_lines_and_names(string layout, string name, string text, string users, string items)
    {
        using var folder = TestData.NewFolder();
        File.WriteAllText(folder[name], text);
        foreach (string input in layout is "csv" or "jsonl" or "pairs" ? [folder[name]] : new[] { folder[name], folder.Path })
        {
            var notes = new List<string>();
            double? zero = layout is "book-crossing" or "goodreads" or "goodreads-csv" ? 0 : null; // they hold ratings of 0
            var source = Read(new ImportOptions { Input = input, Filters = new ClickFilters { MinRating = zero } }, notes.Add);
            Assert.Equal(layout, source.Options.Format);
            Assert.Contains($"(format {layout})", Assert.Single(notes));
            Assert.Equal(users, Ids(source.Users));
            Assert.Equal(items, Ids(source.Items));
        }
    }

    [Theory]
    [InlineData("movielens-100k"), InlineData("movielens-1m"), InlineData("movielens"), InlineData("msd"), InlineData("ncf")]
    [InlineData("lightgcn"), InlineData("pro-sg")]
    public void The_folders_of_the_other_formats_are_recognised(string format)
    {
        var options = new ImportOptions { Input = TestData.Fixture("Data", format) };
        Assert.Equal(format, LayoutDetection.Resolve(options, new SourceFiles(null, default), null).Format);
    }

    [Fact]
    public void A_minimum_rating_takes_the_column_of_ratings()
    {
        using var folder = TestData.NewFolder();
        string path = folder.Write("reviews.json", string.Concat(Enumerable.Range(1, 9).Select(i =>
            $"{{\"user_id\": \"{i % 4}\", \"business_id\": \"{i % 3}\", \"stars\": {i % 5 + 1}, "
                + $"\"date\": \"2020-01-0{i}\"}}\n")));
        var data = Import(new ImportOptions { Input = path, Filters = new ClickFilters { MinRating = 4 } });
        Assert.Equal((9L, 5L), (data.Manifest.Import.ClicksRead, data.Manifest.Import.BelowMinimumRating));
        Assert.Equal(("yelp", "reviews.json"), (data.Manifest.Source.Format, data.Manifest.Source.Name));
        Assert.Equal(SplitKind.LeaveOneOut,
            Import(new ImportOptions { Format = "yelp", Input = path, Split = SplitKind.LeaveOneOut }).Manifest.Split);
    }

    [Fact]
    public void Columns_that_are_given_win()
    {
        using var folder = TestData.NewFolder();
        string path = folder.Write("log.jsonl", "{\"who\": 1, \"user\": 5, \"what\": [\"a\", \"b\"]}\n"
            + "{\"who\": 2, \"what\": \"c\"}\n\n{\"what\": \"c\", \"who\": 3}\n");
        var source = Read(new ImportOptions { Input = path, UserColumn = "who", ItemColumn = "what" });
        Assert.Equal(("1|2|3", "a|b|c"), (Ids(source.Users), Ids(source.Items)));
    }

    [Theory]
    [InlineData("User-ID,ISBN,Book-Rating\n1,a,5\n2,a,0\n", "0")]
    [InlineData("user_id,anime_id,rating\n1,20,10\n1,24,-1\n", "-1")]
    [InlineData("{\"user_id\":1,\"book_id\":2,\"rating\":4}\n{\"user_id\":2,\"book_id\":2,\"rating\":0}\n", "0")]
    public void A_rating_of_0_or_less_needs_a_decision(string text, string rating)
    {
        using var folder = TestData.NewFolder();
        string path = folder.Write("ratings", text);
        int line = text.Count(letter => letter == '\n');
        Assert.Equal($"{path}:{line}: a rating of {rating} would count as a click; give MinRating 1 to leave it out, or "
            + $"MinRating {rating} to keep it.", Refused(new ImportOptions { Input = path }));
        var kept = Read(new ImportOptions { Input = path, Filters = new ClickFilters { MinRating = 1 } });
        Assert.Equal(1, kept.BelowMinimumRating);
    }

    [Theory]
    [InlineData("userId,movieId,rating,timestamp\n1,2,3,4\n3,2,3,4\n", "movieId", "userId", null, "2", "1|3")]
    [InlineData("7 ; x ; 5\n8 ; y ; 5\n", "3", "2", null, "5", "x|y")]
    [InlineData("event_time,event_type,product_id,user_id\n1,view,5,6\n2,purchase,7,8\n", null, null, "event_type=purchase", "8",
        "7")]
    [InlineData("{\"user\":1,\"item\":2,\"kind\":\"view\"}\n{\"user\":3,\"item\":4,\"kind\":\"buy\"}\n", null, null,
        "kind=buy", "3", "4")]
    public void Columns_and_conditions_win_over_the_layout(string text, string? user, string? item, string? where, string users,
        string items)
    {
        using var folder = TestData.NewFolder();
        var source = Read(new ImportOptions
        {
            Input = folder.Write("log", text), UserColumn = user, ItemColumn = item,
            Where = where
        });
        Assert.Equal((users, items), (Ids(source.Users), Ids(source.Items)));
        Assert.Equal(where is null ? 0 : 1, source.LeftOutByWhere);
    }

    [Fact]
    public void A_condition_is_refused_where_nothing_can_be_chosen()
    {
        var options = new ImportOptions { Format = "msd", Input = TestData.Fixture("Data", "msd"), Where = "a=b" };
        Assert.Equal("Where: not for Format msd; leave it out.", Refused(options));
    }

    [Fact]
    public void Bad_JSON_lines_are_left_out_as_far_as_allowed()
    {
        using var folder = TestData.NewFolder();
        string path = folder.Write("x.jsonl", "{\"user\":1,\"item\":2}\n{\"user\":1,\n[2]\n{\"user\":2}\n"
            + "{\"user\":2,\"item\":2}\n");
        Assert.Equal(2, Read(new ImportOptions { Input = path, SkipBadLines = 3 }).ClicksRead);
        Assert.Contains("x.jsonl:4: the item is empty", Refused(new ImportOptions { Input = path, SkipBadLines = 2 }));
    }

    [Theory]
    [InlineData("hello\nworld\n", "not known; its first line is 'hello'. Give Format, or UserColumn and ItemColumn of a table.")]
    [InlineData("a,b,c\n1,2,3\n", "its first line is 'a,b,c'.")]
    [InlineData("{\"a\": 1}\n", "its first line is '{\"a\": 1}'.")]
    public void What_is_not_known_is_refused_with_what_was_seen(string text, string message)
    {
        using var folder = TestData.NewFolder();
        string path = folder.Write("x.txt", text);
        Assert.Contains(message, Refused(new ImportOptions { Input = path }));
        Assert.Contains("its layout is not known; it holds x.txt.", Refused(new ImportOptions { Input = folder.Path }));
    }

    [Theory]
    [InlineData("{\"u\": 1, \"i\": 2}\n{\"u\": \"a\\ud800\", \"i\": 2}\n", "x.jsonl:2: is no JSON object (Cannot read")]
    [InlineData("{\"u\": 1, \"i\": 2}\n{\"u\": 1, \"i\": }\n", "x.jsonl:2: is no JSON object")]
    [InlineData("{\"u\": 1, \"i\": 2}\n[1]\n", "x.jsonl:2: is no JSON object; correct the line, or write one object a line")]
    [InlineData("{\"u\": 1, \"i\": 2}\n\n{\"u\": 1, \"i\": null}\n", "x.jsonl:3: the item is empty")]
    [InlineData("{\"v\": 1, \"w\": 2}\n", "x.jsonl:1: no property 'u'; its properties are v, w.")]
    public void Faulty_JSON_lines_are_named(string text, string message)
    {
        using var folder = TestData.NewFolder();
        string path = folder.Write("x.jsonl", text);
        var options = new ImportOptions { Format = "jsonl", Input = path, UserColumn = "u", ItemColumn = "i" };
        Assert.Contains(message, Refused(options));
    }

    private static string Refused(ImportOptions options) => Assert.Throws<InputException>(() => Import(options)).Message;

    private static PreparedDataset Import(ImportOptions options, Action<string>? note = null) => DatasetImport.Run(
        options with { HeldOutUsers = options.Split is null ? 1 : null }, note);

    private static ClickSource Read(ImportOptions options, Action<string>? note = null)
    {
        var files = new SourceFiles(null, default);
        return ClickFormats.Read(LayoutDetection.Resolve(options, files, note), files);
    }

    private static string Ids(IdTable ids) =>
        string.Join('|', Enumerable.Range(0, ids.Count).Select(i => ids[i]).Order(StringComparer.Ordinal));
}
