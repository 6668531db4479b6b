using ManualVae.Data;
using ManualVae.Data.Import;
using Xunit;

namespace ManualVae.Tests.Data.Import;

/// <summary>What would silently turn into wrong clicks is recognised, told or refused.</summary>
public class DoubtfulInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("pairs", "train.tsv", "user,item\nann,x\nbob,y\n")]
    [InlineData("pairs", "train.tsv", "userId,movieId\n1,tt1\n2,tt2\n")]
    [InlineData("pairs", "train.tsv", "user_id:token\titem_id:token\nu1\tx\nu2\ty\n")]
    [InlineData("pairs", "train.tsv", "kunde artikel\n1 x\n2 y\n")]
    [InlineData("pairs", "train.tsv", "alpha,omega\n1,x1\n2,x2\n3,x3\n")]
    [InlineData("pairs", "train.tsv", "alpha,omega,gamma\nann,x1,5\nbob,x2,3\n")]
    [InlineData("pairs", "train.tsv", "# FromNodeId\tToNodeId\n0\t1\n0\t2\n")]
    [InlineData("pairs", "train.tsv", "% bip unweighted\n1 2 1\n1 3 1\n")]
    [InlineData("pairs", "train.tsv", "\"user\",\"item\"\n\"ann\",\"x\"\n")]
    [InlineData("lightgcn", "train.txt", "user items\n0 1 2\n1 3\n")]
    [InlineData("lightgcn", "train.txt", "org_id remap_id\nA3X 0\nB4Y 1\n")]
    [InlineData("ncf", "train.tsv", "user\titem\nann\tx\nbob\ty\n")]
    [InlineData("ncf", "a.train.rating", "user\titem\trating\ttimestamp\n0\t1\t5\t1\n")]
    public void A_header_of_a_headerless_format_is_no_click(string format, string file, string text)
    {
        _folder.Write($"in/{file}", text);
        string message = Refused(new() { Format = format, Input = _folder["in"] });
        Assert.Contains($"{file}:1: ", message);
        Assert.Contains("looks like a header", message);
        Assert.Contains("UserColumn", message);
    }

    [Fact]
    public void A_first_line_that_looks_like_a_header_can_be_declared_a_click()
    {
        _folder.Write("in/train.tsv", "user,item\nann,x\n");
        var source = Read(new() { Format = "pairs", Input = _folder["in"], NoHeader = true });
        Assert.Equal("user", source.Users[0]);
        Assert.Equal(2, source.Train.Count);
    }

    [Theory]
    [InlineData("ann,x\nbob,y\n")]
    [InlineData("u1,i1\nu2,i2\n")]
    [InlineData("ann,7\nbob,8\ncid,9\n")]
    [InlineData("a1b,7\n123,8\n456,9\n789,9\n")]
    public void Text_ids_without_a_header_are_all_clicks(string text)
    {
        _folder.Write("in/train.tsv", text);
        Assert.Equal(text.Count(c => c == '\n'), Read(new() { Format = "pairs", Input = _folder["in"] }).Train.Count);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("0.0")]
    public void Ratings_of_zero_or_less_need_a_decision(string low)
    {
        string path = _folder.Write("log.csv", $"user,item,liked\nann,x,1\nann,y,{low}\nbob,x,1\n");
        ImportOptions options = new()
        {
            Format = "csv", Input = path, UserColumn = "user", ItemColumn = "item", RatingColumn = "liked",
        };
        string message = Refused(options);
        Assert.Contains($"log.csv:3: a rating of {low} would count as a click; give MinRating 1", message);
        Assert.EndsWith($"or MinRating {low} to keep it.", message);
        Assert.Equal(2, Read(options with { Filters = new() { MinRating = 1 } }).Train.Count);
        Assert.Equal(3, Read(options with { Filters = new() { MinRating = -1 } }).Train.Count);
        Assert.Equal(3, Read(options with { RatingColumn = null }).Train.Count);
    }

    [Theory]
    [InlineData("pairs", "train.tsv", "ann,x,1\nann,y,0\n", "train.tsv:2: a rating of 0")]
    [InlineData("pairs", "train.tsv", "ann,x,1\nann,y,-1\n", "train.tsv:2: a rating of -1")]
    [InlineData("msd", "train_triplets.txt", "ann\tx\t1\nann\ty\t0\n", "train_triplets.txt:2: a play count of 0")]
    public void Ratings_of_zero_or_less_need_a_decision_in_every_format(string format, string file, string text, string message)
    {
        _folder.Write($"in/{file}", text);
        Assert.Contains(message, Refused(new() { Format = format, Input = _folder["in"] }));
    }

    [Theory]
    [InlineData("log.csv", "user,item,rating\nann,x,5\nann,y,\nbob,x,3\n")]
    [InlineData("log.tsv", "user\titem\trating\nann\tx\t5\nann\ty\t\nbob\tx\t3\n")]
    [InlineData("log.jsonl", "{\"user\":\"ann\",\"item\":\"x\",\"rating\":5}\n{\"user\":\"ann\",\"item\":\"y\",\"rating\":null}\n"
        + "{\"user\":\"bob\",\"item\":\"x\",\"rating\":3}\n")]
    [InlineData("log.inter", "user_id:token\titem_id:token\trating:float\nann\tx\t5\nann\ty\t\nbob\tx\t3\n")]
    public void An_empty_rating_is_none_and_below_any_minimum(string file, string text)
    {
        var options = new ImportOptions { Input = _folder.Write(file, text) };
        ClickSource all = Detect(options), rated = Detect(options with { Filters = new() { MinRating = 1 } });
        Assert.Equal((3, 0L), (all.Train.Count, all.BelowMinimumRating));
        Assert.Contains("1 clicks have no rating and are kept", all.Files.Text.Notes);
        Assert.Equal((2, 1L), (rated.Train.Count, rated.BelowMinimumRating));
        Assert.Contains("1 clicks have no rating and are left out, as if below the minimum", rated.Files.Text.Notes);
    }

    [Theory]
    [InlineData("0 5 1\n0 7 1\n1 5 1\n", "use Format pairs")]
    [InlineData("0 5 1\n1 7 1\n2 5 1\n", "use Format pairs")]
    [InlineData("0 5 4 881\n0 7 3 882\n1 5 2 883\n", "use Format pairs")]
    [InlineData("0 5\n0 7\n1 5\n", "use Format pairs")]
    [InlineData("0 2 5 7\n1 1 5\n2 3 5 7 9\n", "the second number of each line is how many items follow")]
    [InlineData("2 5 7\n1 5\n3 5 7 9\n", "the first number of each line is how many items follow")]
    [InlineData("0 5 7\n1 5 x7\n", "train.txt:2: 'x7' is no number")]
    public void Lines_of_other_kinds_are_not_read_as_LightGCN(string text, string names)
    {
        _folder.Write("in/train.txt", text);
        Assert.Contains(names, Refused(new() { Format = "lightgcn", Input = _folder["in"] }));
    }

    [Fact]
    public void LightGCN_says_what_it_counted()
    {
        _folder.Write("in/train.txt", "0 5 7\n1 5\n1 7 9\n");
        _folder.Write("in/test.txt", "0 9 8\n1\n2 5\n");
        string[] notes = [.. Read(new() { Format = "lightgcn", Input = _folder["in"] }).Files.Text.Notes];
        Assert.EndsWith("train.txt: 2 users, 5 clicks; 1 lines repeat a user", notes[0]);
        Assert.EndsWith("test.txt: 3 users, 3 clicks; 1 users are new; 1 items are new", notes[1]);
    }

    [Theory]
    [InlineData("lightgcn", "train.txt", "0  12   18 \n1\t12\t \t30\n\n9 \n10\n  2 12\r\n")]
    [InlineData("pairs", "train.txt", "0  12\n0 18\n1   12\n1\t30\n 2 12\n")]
    public void Doubled_blanks_and_tabs_separate_ids_as_one_blank_does(string format, string file, string text)
    {
        _folder.Write($"in/{file}", text);
        var source = Read(new() { Format = format, Input = _folder["in"] });
        Assert.Equal(["12", "18", "30"], Enumerable.Range(0, source.Items.Count).Select(item => source.Items[item]));
        Assert.Equal([0, 1, 0, 2, 0], source.Train.Items);
        Assert.Equal(format == "lightgcn" ? 5 : 3, source.Users.Count);
    }

    [Fact]
    public void An_item_before_the_user_is_told()
    {
        string path = _folder.Write("ratings.csv", "B001,A3X,5.0,1400000000\nB001,A4Y,4.0,1400000001\nB002,A3X,5.0,1400000002\n");
        var notes = Read(new() { Format = "pairs", Input = path }).Files.Text.Notes;
        Assert.Contains(notes, note => note.Contains("looks like products"));
        var source = Read(new() { Format = "csv", Input = path, UserColumn = "2", ItemColumn = "1", TimeColumn = "4" });
        Assert.Equal(("A3X", "B001", 3), (source.Users[0], source.Items[0], source.Train.Count));
    }

    [Fact]
    public void A_line_with_more_or_fewer_fields_than_the_others_is_refused()
    {
        _folder.Write("in/train.tsv", "1,2,5,100\n1,3,4\n");
        Assert.Contains("train.tsv:2: 3 fields where the first line has 4",
            Refused(new() { Format = "pairs", Input = _folder["in"] }));
        string path = _folder.Write("log.csv", "user,title,item\n1,Civ, V,7\n");
        Assert.Contains("log.csv:2: 4 fields where the header has 3",
            Refused(new() { Format = "csv", Input = path, UserColumn = "user", ItemColumn = "item" }));
    }

    private static ClickSource Detect(ImportOptions options)
    {
        var files = new SourceFiles(null, default);
        return ClickFormats.Read(LayoutDetection.Resolve(options, files, null), files);
    }

    private static ClickSource Read(ImportOptions options) => ClickFormats.Read(options, new SourceFiles(null, default));

    private static string Refused(ImportOptions options) => Assert.Throws<InputException>(() => Read(options)).Message;
}
