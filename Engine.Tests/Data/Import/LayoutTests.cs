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
            var source = Read(new ImportOptions { Input = input }, notes.Add);
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
    [InlineData("{\"u\": 1, \"i\": 2}\n{\"u\": 1, \"i\": }\n", "x.jsonl:2: is no JSON object")]
    [InlineData("{\"u\": 1, \"i\": 2}\n[1]\n", "x.jsonl:2: is no JSON object; write one object a line")]
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
