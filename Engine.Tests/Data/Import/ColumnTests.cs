using ManualVae.Data;
using ManualVae.Data.Import;
using Xunit;

namespace ManualVae.Tests.Data.Import;

/// <summary>Format csv: columns by name and number, the separator, conditions, bad lines.</summary>
public class ColumnTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1,\"Civ, V\",purchase,1.0,0\n1,\"Civ, V\",play,9.5,0\n2,Dota 2,purchase,1.0,0\n")]
    [InlineData("1;Civ, V;purchase;1,0;0\n1;Civ, V;play;9,5;0\n2;Dota 2;purchase;1,0;0\n")]
    [InlineData("1\tCiv, V\tpurchase\t1.0\t0\n1\tCiv, V\tplay\t9.5\t0\n2\tDota 2\tpurchase\t1.0\t0\n")]
    [InlineData("1::Civ, V::purchase::1.0::0\n1::Civ, V::play::9.5::0\n2::Dota 2::purchase::1.0::0\n")]
    [InlineData("1|Civ, V|purchase|1.0|0\n1|Civ, V|play|9.5|0\n2|Dota 2|purchase|1.0|0\n")]
    [InlineData("user,item,kind,hours,x\n1,\"Civ, V\",purchase,1.0,0\n1,\"Civ, V\",play,9.5,0\n2,Dota 2,purchase,1.0,0\n")]
    public void Columns_by_number_with_quotes_and_any_separator(string text)
    {
        var source = Read(text, "1", "2");
        Assert.Equal([0, 0, 1], source.Train.Users);
        Assert.Equal([0, 0, 1], source.Train.Items);
        Assert.Equal(("1", "Civ, V", "Dota 2"), (source.Users[0], source.Items[0], source.Items[1]));
        var kept = Read(text, "1", "2", where: "3=purchase");
        Assert.Equal((2, 1L), (kept.Train.Count, kept.LeftOutByWhere));
        Assert.Contains(kept.Files.Text.Notes, note => note == "left out 1 lines by 3: 1 play");
    }

    [Theory]
    [InlineData("user;item\n1;a,b\n", "separated by \";\"")]
    [InlineData("user\titem\n1\ta,b\n", "separated by tab")]
    [InlineData("user|item|genres\n1|a,b|x\n", "separated by \"|\"")]
    [InlineData("user::item\n1::a,b\n", "separated by \"::\"")]
    [InlineData("user   item\n1  a,b\n", "separated by blank")]
    public void A_guessed_separator_is_said(string text, string names)
    {
        var source = Read(text, "user", "item");
        Assert.Equal("a,b", source.Items[0]);
        Assert.Contains(names, Assert.Single(source.Files.Text.Notes));
    }

    [Fact]
    public void A_wrong_column_or_separator_is_explained()
    {
        Assert.EndsWith("log.csv:1: no column 'u'; one column found: 'user;item'; is it Separator \";\"?",
            Refused("user;item\n1;2\n", "u", "item", separator: ","));
        Assert.EndsWith("log.csv:1: no column 'u'; its columns are 'user', 'item', separated by tab.",
            Refused("user\titem\n1\t2\n", "u", "item"));
        Assert.EndsWith("log.csv:1: no column '3'; its columns are 'user', 'item', separated by \",\".",
            Refused("user,item\n1,2\n", "user", "3"));
        Assert.Contains("NoHeader", Refused("1,2\n", "user", "item", noHeader: true));
    }

    [Theory]
    [InlineData("user,item\nann,x\n", false, 1)]
    [InlineData("user,item\nann,x\n", true, 2)]
    [InlineData("ann,x\nbob,y\n", false, 2)]
    [InlineData("5,x\n6,y\n", false, 2)]
    public void A_header_is_recognised_where_columns_have_numbers(string text, bool noHeader, int clicks) =>
        Assert.Equal(clicks, Read(text, "1", "2", noHeader: noHeader).Train.Count);

    [Fact]
    public void Conditions_keep_kinds_of_events_and_count_the_rest()
    {
        const string text = "time,visitor,event,item,shop\n1,a,view,x,s\n2,a,transaction,x,s\n3,b,addtocart,y,t\n"
            + "4,b,view,y,s\n5,b,view,,s\n";
        var one = Read(text, "visitor", "item", where: "event=transaction");
        Assert.Equal((1, 4L), (one.Train.Count, one.LeftOutByWhere));
        Assert.Contains("left out 4 lines by event: 3 view, 1 addtocart", one.Files.Text.Notes);
        Assert.Equal(2, Read(text, "visitor", "item", where: "event=transaction,addtocart").Train.Count);
        Assert.Equal(1, Read(text, "visitor", "item", where: "event=transaction,addtocart; shop=t").Train.Count);
        var none = Read(text, "visitor", "item", where: "event=buy");
        Assert.Equal(0, none.Train.Count);
        Assert.Contains("no line has event=buy", none.Files.Text.Notes);
        Assert.Contains("no column 'kind'", Refused(text, "visitor", "item", where: "kind=view"));
        Assert.Contains("Where 'event': give COLUMN=VALUE", Refused(text, "visitor", "item", where: "event"));
    }

    [Fact]
    public void Bad_lines_are_left_out_up_to_a_number_and_the_first_are_named()
    {
        const string text = "user,item,stars\n5,,3\n,x,3\n5,x,NaN\n5,x,\n5,\"x\"y,4\n6,x,4\n6,y,\"3,5\"\n7,z,5\n";
        var source = Read(text, "user", "item", rating: "stars", skip: 5);
        Assert.Equal((3, 5), (source.Train.Count, source.Files.Text.BadLines));
        string[] notes = [.. source.Files.Text.Notes];
        Assert.Equal("1 clicks have no rating and are kept", Assert.Single(notes[3..]));
        Assert.EndsWith("log.csv:2: the item is empty", notes[0]);
        Assert.EndsWith("log.csv:3: the user is empty", notes[1]);
        Assert.EndsWith("log.csv:4: the rating 'NaN' is not a number", notes[2]);
        Assert.Contains("log.csv:8: the rating '3,5' is not a number", Refused(text, "user", "item", rating: "stars", skip: 4));
        Assert.Contains("log.csv:2: the item is empty; correct or remove the line, leave it out (SkipBadLines)",
            Refused(text, "user", "item", rating: "stars"));
    }

    [Fact]
    public void An_open_quote_costs_one_line_where_bad_lines_are_left_out()
    {
        var source = Read("user,item\n1,a\n2,\"b\n3,c\n4,d\n", "user", "item", skip: 1);
        Assert.Equal((3, 1), (source.Train.Count, source.Files.Text.BadLines));
        Assert.Equal("c", source.Items[1]);
    }

    [Theory]
    [InlineData("lightgcn", "train.txt", "0 1 2\n1 2\n,5 7\n2 3\n", 4)]
    [InlineData("ncf", "train.tsv", "0\t1\n0\t\n1\t2\n", 2)]
    [InlineData("pairs", "train.tsv", "0\t1\n0\t\n1\t2\n", 2)]
    [InlineData("movielens-100k", "u.data", "0\t1\t5\t1\n0\t2\tx\t1\n1\t2\t3\t4\n", 2)]
    [InlineData("netflix", "combined_data_1.txt", "1:\n7,5,2005-09-06\n8,x,2005-09-06\n9,3,2005-09-06\n", 2)]
    public void Bad_lines_are_left_out_in_every_format(string format, string file, string text, int clicks)
    {
        _folder.Write($"in/{file}", text);
        ImportOptions options = new() { Format = format, Input = _folder["in"] };
        Assert.Throws<InputException>(() => ClickFormats.Read(options, new SourceFiles(null, default)));
        var source = ClickFormats.Read(options with { SkipBadLines = 1 }, new SourceFiles(null, default));
        Assert.Equal((clicks, 1), (source.Train.Count, source.Files.Text.BadLines));
    }

    private ClickSource Read(string text, string user, string item, string? separator = null, string? where = null,
        string? rating = null, int skip = 0, bool noHeader = false) => ClickFormats.Read(new ImportOptions
        {
            Format = "csv", Input = _folder.Write("log.csv", text), UserColumn = user, ItemColumn = item, Separator = separator,
            Where = where, RatingColumn = rating, SkipBadLines = skip, NoHeader = noHeader,
        }, new SourceFiles(null, default));

    private string Refused(string text, string user, string item, string? separator = null, string? where = null,
        string? rating = null, int skip = 0, bool noHeader = false) => Assert.Throws<InputException>(() =>
            Read(text, user, item, separator, where, rating, skip, noHeader)).Message;
}
