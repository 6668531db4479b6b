using ManualVae.Data;
using ManualVae.Data.Import;
using Xunit;

namespace ManualVae.Tests.Data.Import;

/// <summary>Titles and genres of items from the log and from a file beside it.</summary>
public class ItemFileTests
{
    private const string Log = "user,sku,name\n1,a,Apple\n2,a,Apple\n3,b,First\n1,b,\"Pear\tor \u0007more\"\n2,b,\n";

    [Fact]
    public void Titles_come_from_a_column_of_the_log()
    {
        using var folder = TestData.NewFolder();
        var data = Import(new ImportOptions
        {
            Input = folder.Write("log.csv", Log), UserColumn = "user", ItemColumn = "sku",
            TitleColumn = "name"
        });
        Assert.Equal(["Apple", "Pear or  more"], data.ItemTitles.Order());
        data.Save(folder["out"]);
        Assert.Equal(data.ItemTitles.AsEnumerable(), PreparedDataset.Open(folder["out"]).ItemTitles);
    }

    [Fact]
    public void Titles_come_from_a_property_of_JSON_lines()
    {
        using var folder = TestData.NewFolder();
        string json = folder.Write("log.jsonl", "{\"user\":1,\"item\":\"a\",\"t\":\"A\\nB\"}\n{\"user\":2,\"item\":\"a\"}\n"
            + "{\"user\":3,\"item\":\"a\"}\n");
        Assert.Equal(["A B"], Import(new ImportOptions { Input = json, TitleColumn = "t" }).ItemTitles.AsEnumerable());
    }

    [Theory]
    [InlineData("items.csv", "sku,title,genres\na,\"Apple, red\",Fruit|Red\nb,Pear,\nc,Not clicked,x\n")]
    [InlineData("x.item", "item_id:token\tmovie_title:token_seq\tclass:token_seq\na\tApple, red\tFruit|Red\nb\tPear\t\n")]
    [InlineData("meta.jsonl", "{\"asin\":\"a\",\"title\":\"Apple, red\",\"categories\":[\"Fruit\",\"Red\"]}\n"
        + "{\"asin\":\"b\",\"title\":\"Pear\"}\n")]
    public void Titles_and_genres_come_from_a_file_of_items(string name, string text)
    {
        using var folder = TestData.NewFolder();
        var options = new ImportOptions
        {
            Input = folder.Write("log.csv", Log), UserColumn = "user", ItemColumn = "sku",
            Items = folder.Write(name, text)
        };
        var data = Import(options);
        int a = Array.IndexOf(data.ItemIds, "a"), b = 1 - a;
        Assert.Equal(("Apple, red", "Fruit|Red"), (data.ItemTitles[a], data.ItemGenres[a]));
        Assert.Equal(("Pear", null), (data.ItemTitles[b], data.ItemGenres[b]));
    }

    [Fact]
    public void Titles_and_genres_come_from_the_films_of_MovieLens()
    {
        using var folder = TestData.NewFolder();
        var data = Import(new ImportOptions
        {
            Input = folder.Write("log.csv", "user,item\n1,7\n2,7\n3,8\n1,8\n2,8\n3,7\n"),
            Items = folder.Write("movies.dat", "7::Heat (1995)::Action|Crime\n8::Up (2009)::Animation\n")
        });
        Assert.Equal(["Heat (1995)", "Up (2009)"], data.ItemTitles.Order());
        Assert.Contains("Action|Crime", data.ItemGenres);
    }

    [Fact]
    public void A_file_of_items_without_known_columns_names_what_it_has()
    {
        using var folder = TestData.NewFolder();
        var options = new ImportOptions
        {
            Input = folder.Write("log.csv", Log), UserColumn = "user", ItemColumn = "sku",
            Items = folder.Write("x.csv", "code,label\na,Apple\n")
        };
        Assert.EndsWith("x.csv:1: no column of ids is known among code, label; give ItemIdColumn.", Refused(options));
        Assert.EndsWith("x.csv:1: holds neither titles nor genres; its columns are code, label.",
            Refused(options with { ItemIdColumn = "code" }));
        Assert.EndsWith("no column 'what'; its columns are code, label.", Refused(options with { ItemIdColumn = "what" }));
        Assert.Equal("Items nothing.csv: no such file.", Refused(options with { Items = "nothing.csv" }));
    }

    [Fact]
    public void CiteULike_numbers_its_items_from_0_and_their_titles_from_1()
    {
        using var folder = TestData.NewFolder();
        folder.Write("raw-data.csv", "\"doc.id\",\"title\",\"citeulike.id\",\"raw.title\",\"raw.abstract\"\n"
            + "\"1\",\"the metabolic world\",\"42\",\"The metabolic world\",\"a, b\"\n"
            + "2,reverse engineering,43,\"Reverse \nEngineering\",x\n\"odd\"\n");
        var data = Import(new ImportOptions { Input = folder.Write("users.dat", "2 0 1\n2 0 1\n2 1 0\n") });
        Assert.Equal("citeulike", data.Manifest.Source.Format);
        Assert.Equal([("0", "The metabolic world"), ("1", "Reverse  Engineering")],
            data.ItemIds.Zip(data.ItemTitles).Order()!);
    }

    [Fact]
    public void One_odd_line_of_titles_does_not_refuse_an_import()
    {
        using var folder = TestData.NewFolder();
        folder.Write("movies.dat", "1::Mission::Impossible (1996)::Action\n2::No genres (2000)\n3\n"
            + "4::Plain (1999)::Drama|War\n");
        string ratings = string.Concat(Enumerable.Range(0, 16).Select(i => $"{i / 4}::{i % 4 + 1}::5::{100 + i}\n"));
        var data = Import(new ImportOptions { Input = folder.Write("ratings.dat", ratings) });
        var items = data.ItemIds.Select((id, i) => (id, data.ItemTitles[i], data.ItemGenres[i])).OrderBy(item => item.id);
        Assert.Equal([("1", "Mission::Impossible (1996)", "Action"), ("2", "No genres (2000)", null), ("3", null, null),
            ("4", "Plain (1999)", "Drama|War")], items);
    }

    private static string Refused(ImportOptions options) => Assert.Throws<InputException>(() => Import(options)).Message;

    private static PreparedDataset Import(ImportOptions options) => DatasetImport.Run(options with { HeldOutUsers = 1 });
}
