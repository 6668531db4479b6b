using System.IO.Compression;
using System.Text;
using ManualVae.Data;
using ManualVae.Data.Attributes;
using Xunit;

namespace ManualVae.Tests.Data.Attributes;

/// <summary>Attributes from small text files of every layout.</summary>
public sealed class AttributeImportTests : IDisposable
{
    private const string Table = "sku,maker,Year,what\n2,Acme|Bolt,1987,a red red ball\n3,Acme,N/A,\"a ball, \"\"blue\"\"\"\n"
        + "9,Other,x,of nobody\n";

    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Genres_and_years_need_no_file()
    {
        var notes = new List<string>();
        var data = AttributeImport.Add(AttributeSamples.Data(), new(), notes.Add);
        Assert.Equal(["genres", "year"], data.Attributes.Select(a => a.Name));
        Assert.Equal(["Drama", "Drama", ""], AttributeSamples.Rows(data, "genres"));
        Assert.Equal(["[1990, 2000)", "[2000, 2010)", ""], AttributeSamples.Rows(data, "year"));
        Assert.Equal(new AttributeSource("numeric:title,width=10", "items.tsv"), data.Manifest.Attributes!["year"]);
        Assert.Equal("year: numeric:title,width=10 of items.tsv, 2 features, known of 2 of 3 items", notes[1]);
    }

    [Fact]
    public void A_table_with_a_header_is_read_by_its_columns()
    {
        var data = Add(_folder.Write("films.csv", Table), "brand=categorical:maker,least=1", "year,bins=2",
            "text=text:WHAT,least=1,most=1", "genres=categorical,least=1");
        Assert.Equal(["brand", "year", "text", "genres"], data.Attributes.Select(a => a.Name));
        Assert.Equal(["", "Acme Bolt", "Acme"], AttributeSamples.Rows(data, "brand"));
        Assert.Equal(["", "1987", ""], AttributeSamples.Rows(data, "year"));
        Assert.Equal(["", "ball red", "ball blue"], AttributeSamples.Rows(data, "text"));
        Assert.Equal(["Drama War", "Drama", ""], AttributeSamples.Rows(data, "genres")); // of the dataset itself
        Assert.Equal(DatasetManifest.Hash(Encoding.UTF8.GetBytes(Table)), data.Manifest.Attributes!["brand"].Sha256);
    }

    [Theory]
    [InlineData("films.dat", false)]
    [InlineData("films.dat.gz", true)]
    public void The_films_of_OMDb_are_known_and_read_as_Latin_1(string name, bool compressed)
    {
        string[] known = [.. new[] { "1::Heat :: Cold::1995-", "2::Heat::1995" }.Select(start => start
            + "::N/A::15 Dec 1995::Action, Crime::Michaël Mann::Michaël Mann (written by), A B (story) (as C)"
            + "::Al Pacino, D::A robber.::http://x\n")];
        byte[] bytes = Encoding.Latin1.GetBytes(string.Concat(known));
        if (compressed)
        {
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
            bytes = packed.ToArray();
        }
        File.WriteAllBytes(_folder[name], bytes);
        var data = Add(_folder[name]);
        Assert.Equal(["genres", "year", "directors", "writers", "actors"], data.Attributes.Select(a => a.Name));
        Assert.Equal(["Action Crime", "Action Crime", ""], AttributeSamples.Rows(data, "genres"));
        Assert.Equal(["Michaël Mann|A B", "Michaël Mann|A B", ""], AttributeSamples.Rows(data, "writers", '|'));
        Assert.Equal(["[1990, 2000)", "[1990, 2000)", ""], AttributeSamples.Rows(data, "year"));
        Assert.Equal(["robber", "robber", ""], AttributeSamples.Rows(Add(_folder[name], "plot=text,most=1"), "plot"));
    }

    [Fact]
    public void Films_and_tags_of_MovieLens_are_known()
    {
        string films = _folder.Write("movies.dat", "1::Up :: Down (1985)::Drama|War\n2::Heat (1995)::War\n7::x::y\n");
        var data = Add(films, "genres,least=1", "year");
        Assert.Equal(["Drama War", "War", ""], AttributeSamples.Rows(data, "genres"));
        Assert.Equal(["[1980, 1990)", "[1990, 2000)", ""], AttributeSamples.Rows(data, "year"));

        string tags = _folder.Write("tags.dat", "15::2::dark comedy::1215184630\n16::2::old::1215184631\n"
            + "15::3::old::1215184632\n");
        Assert.Equal(["", "dark comedy|old", "old"], AttributeSamples.Rows(Add(tags, "tags,least=1"), "tags", '|'));
        string table = _folder.Write("tags.csv", "userId,movieId,tag,timestamp\n1,2,\"a, b\",1\n1,3,c,2\n2,2,c,2\n");
        Assert.Equal(["", "a, b|c", "c"], AttributeSamples.Rows(Add(table, "tags,least=1"), "tags", '|'));
        Assert.Equal(["", "", "war"], AttributeSamples.Rows(Add(_folder.Write("t.csv", "movieId,tag\n3,war\n3,war\n2,x\n"),
            "words=text:tag,least=1,words=1,most=1"), "words"));
        // Users write tags: they are taken on request only.
        Assert.Contains("knows no attribute", Refused(table));
    }

    [Theory]
    [InlineData("""{"asin": "1", "title": "Red &amp; <b>blue</b>", "brand": "Acme", "category": ["Toys", "Balls|Red"], """
        + "\"feature\": []}",
        """{"asin": "2", "brand": "Acme", "category": ["Toys"], "description": ["A ball", "to play"], "title": "blue"}""")]
    [InlineData("""{"main_category": "T", "title": "Red &amp; <b>blue</b>", "store": "Acme", """
        + "\"categories\": [\"Toys\", \"Balls|Red\"], \"details\": {\"title\": \"no\"}, \"price\": null, \"parent_asin\": \"1\"}",
        """{"parent_asin": "2", "store": "Acme", "categories": ["Toys"], "title": "blue", """
        + "\"description\": [\"A ball\", \"to play\"]}")]
    public void Amazon_metadata_of_2018_and_2023_are_known(string first, string second)
    {
        string file = _folder.Write("meta.jsonl", first + "\n" + second + "\n");
        var data = Add(file);
        Assert.Equal(["brand", "categories"], data.Attributes.Select(a => a.Name).Where(name => name != "genres"));
        Assert.Equal(["Acme", "Acme", ""], AttributeSamples.Rows(data, "brand"));
        Assert.Equal(["Toys", "Toys", ""], AttributeSamples.Rows(data, "categories"));
        data = Add(file, "title,least=1,most=1", "description,least=1,most=1", "categories,separator=none,least=1");
        Assert.Equal(["blue red", "blue", ""], AttributeSamples.Rows(data, "title"));
        Assert.Equal(["", "ball play to", ""], AttributeSamples.Rows(data, "description"));
        Assert.Equal(["Toys,Balls|Red", "Toys", ""], AttributeSamples.Rows(data, "categories", ','));
    }

    [Fact]
    public void Ids_go_through_a_map()
    {
        string map = _folder.Write("map.tsv.x", "item\tmovie\n1\t70\n3\t80\n8\t90\n");
        string films = _folder.Write("f.csv", "id,brand\n70,a\n80,b\n1,c\n");
        var data = AttributeImport.Add(AttributeSamples.Data(), new()
        {
            ItemFeatures = [films], ItemMap = map, Attribute = ["brand,least=1", "genres"],
        });
        Assert.Equal(["a", "", "b"], AttributeSamples.Rows(data, "brand"));
        Assert.Equal(["Drama", "Drama", ""], AttributeSamples.Rows(data, "genres")); // own items keep their own ids
        InputException Wrong(string text) => Assert.Throws<InputException>(() => AttributeImport.Add(AttributeSamples.Data(),
            new() { ItemFeatures = [films], ItemMap = _folder.Write("wrong", text) }));
        Assert.Contains("wrong:2: maps the item 1 a second time", Wrong("1\t70\n1\t80\n").Message);
        Assert.Contains("wrong: maps none of the dataset's items", Wrong("x\t70\n").Message);
        Assert.Contains("wrong:2: has 1 fields, expected", Wrong("1\t70\n2\n").Message);
    }

    [Fact]
    public void Attributes_are_added_to_those_there_and_replace_their_namesakes()
    {
        string films = _folder.Write("f.csv", "id,brand\n1,a\n2,a\n");
        var data = AttributeImport.Add(Add(films), new() { Attribute = ["year", "genres,least=1"] });
        Assert.Equal(["brand", "year", "genres"], data.Attributes.Select(a => a.Name));
        Assert.Equal(["Drama War", "Drama", ""], AttributeSamples.Rows(data, "genres"));
        Assert.Equal(["brand", "genres", "year"], data.Manifest.Attributes!.Keys);
        // The first addition keeps the genres that came without a file.
        Assert.Equal(["genres", "brand"], Add(films).Attributes.Select(a => a.Name));
    }

    [Fact]
    public void Fields_that_may_hold_several_values_are_said()
    {
        var notes = new List<string>();
        AttributeImport.Add(AttributeSamples.Data(), new()
        {
            ItemFeatures = [_folder.Write("f.csv", "id,cast\n1,\"A, B\"\n2,\"A, C\"\n")], Attribute = ["actors,least=1"],
        }, notes.Add);
        Assert.StartsWith("actors: most fields of 'cast' hold ','", notes[0]);
    }

    [Theory]
    [InlineData("year=numeric:Year", "films.csv:2: the year '1987 AD' is no number")]
    [InlineData("cast", "no column 'cast'")]
    [InlineData("maker", "give its kind, as maker=categorical:maker")]
    [InlineData("maker=categorical:maker,words=3", "'words' is no option of a categorical attribute; it has separator, least.")]
    [InlineData("year,bins=2,width=3", "gives bins and width")]
    [InlineData("maker=categorical,least=3", "no feature of 'maker' is in 3 items")]
    [InlineData("empty=text", "says nothing of the dataset's 3 items in 'empty'")]
    [InlineData("v=vector:nothing.npy", "no file nothing.npy")]
    [InlineData("v=vector", "names no file")]
    public void What_cannot_be_made_is_said(string attribute, string problem) => Assert.Contains(problem,
        Refused(_folder.Write("films.csv", "sku,maker,Year,empty\n2,Acme,1987 AD,\n3,Bolt,,\n"), attribute));

    [Fact]
    public void Files_that_cannot_be_read_are_named()
    {
        Assert.Contains("nothing.csv: no such file", Refused("nothing.csv"));
        Assert.Contains("x.csv:1: no column of ids is known among code, label",
            Refused(_folder.Write("x.csv", "code,label\n1,a\n")));
        Assert.Contains("is there twice", Refused(_folder.Write("y.csv", "id,brand\n1,a\n"), "brand", "brand,least=1"));
        Assert.Contains("z.dat:2: has 2 fields, expected 3: id::title::genres",
            Refused(_folder.Write("z.dat", "1::a::b\n2::c\n"), "genres"));
    }

    [Fact]
    public void The_same_files_give_the_same_bytes()
    {
        string films = _folder.Write("films.csv", Table);
        foreach (string name in new[] { "a", "b" })
            Add(films, "brand=categorical:maker", "t=text:what,least=1").Save(_folder[name]);
        foreach (string path in Directory.GetFiles(_folder["a"]))
            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(_folder["b", Path.GetFileName(path)]));
        var (saved, opened) = (Add(films, "t=text:what,least=1"), PreparedDataset.Open(_folder["a"]));
        Assert.Equal(saved.Attributes.Single(a => a.Name == "t").Features, opened.Attributes.Single(a => a.Name == "t").Features);
    }

    private static PreparedDataset Add(string file, params string[] attributes) =>
        AttributeImport.Add(AttributeSamples.Data(), new() { ItemFeatures = [file], Attribute = attributes });

    private static string Refused(string file, params string[] attributes)
    {
        string message = Assert.Throws<InputException>(() => Add(file, attributes)).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
