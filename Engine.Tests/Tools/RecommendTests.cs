using System.Globalization;
using ManualVae.Data;
using Parquet;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary><c>recommend</c> and <c>similar</c>: whom for, which items, why, and into which file.</summary>
[Collection(nameof(CommandLine))]
public sealed class RecommendTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();
    private readonly string[] _run;

    public RecommendTests()
    {
        CommandLine.WriteToyData(_folder["data"]);
        CommandLine.Run("train", "--data", _folder["data"], "--output", _folder["run"], "--model", "ease").Succeeded();
        _run = ["--run", _folder["run"]];
    }

    public void Dispose() => _folder.Dispose();

    private CommandResult Recommend(params string[] arguments) => CommandLine.Run(["recommend", .. _run, .. arguments]);

    private string Text(string name, string text)
    {
        File.WriteAllText(_folder[name], text);
        return _folder[name];
    }

    private string[] Written(string name, params string[] arguments)
    {
        Recommend([.. arguments, "--output", _folder[name]]).Succeeded();
        return File.ReadAllLines(_folder[name]);
    }

    private static string[] Ids(CommandResult result, string list = "recommendations") => [.. result.Succeeded().Json
        .GetProperty(list).EnumerateArray().Select(item => item.GetProperty("item").GetString()!)];

    [Fact]
    public void The_parts_together_are_the_whole()
    {
        string[] all = Written("all.tsv", "--all", "--top", "3");
        Assert.Equal(1 + 40 * 3, all.Length);
        string[] parts = [.. Enumerable.Range(1, 7).SelectMany(part =>
            Written($"part{part}.tsv", "--all", "--top", "3", "--part", $"{part}/7").Skip(1))];
        Assert.Equal(all.Skip(1), parts);
    }

    [Theory]
    [InlineData("0/3")]
    [InlineData("4/3")]
    [InlineData("1")]
    [InlineData("1/0")]
    [InlineData("a/b")]
    public void A_part_is_one_of_several(string part)
    {
        var result = Recommend("--all", "--output", _folder["x.tsv"], "--part", part);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"--part {part}: give I/N", result.Messages, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["x.tsv"]));
    }

    [Fact]
    public void A_part_of_one_person_is_refused() =>
        Assert.Contains("--part: is for --all", Recommend("--user", "u1", "--part", "1/2").Messages, StringComparison.Ordinal);

    [Fact]
    public void Users_of_a_file_get_the_lists_that_all_get_and_unknown_ones_are_skipped()
    {
        string[] all = Written("all.tsv", "--all", "--top", "2");
        string users = Text("users.txt", "u33\n\n nobody \nu4\n");
        var result = Recommend("--users-file", users, "--top", "2", "--output", _folder["some.tsv"]).Succeeded();
        Assert.Equal([.. all.Where(line => line.StartsWith("u33\t")), .. all.Where(line => line.StartsWith("u4\t"))],
            File.ReadAllLines(_folder["some.tsv"]).Skip(1));
        Assert.Contains("skipped 1 user that the data does not have (nobody)", result.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public void People_nobody_trained_on_get_the_lists_of_their_items()
    {
        string histories = Text("new.csv", "user,item\nann,i3\n@bob,i2\nann,i5\nann,unheard\n@bob,i4\n");
        var result = Recommend("--histories", histories, "--top", "4", "--output", _folder["new.tsv"]).Succeeded();
        string[] written = [.. File.ReadAllLines(_folder["new.tsv"]).Skip(1).Select(line => line.Split('\t'))
            .Where(fields => fields[0] == "ann").Select(fields => fields[2])];
        Assert.Equal(Ids(Recommend("--items", "i3,i5", "--top", "4", "--json")), written);
        Assert.StartsWith("@bob\t1\t", File.ReadAllLines(_folder["new.tsv"])[5]);
        Assert.Contains("skipped 1 item id", result.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public void Filters_are_files_of_ids()
    {
        string[] all = Ids(Recommend("--items", "i3,i5", "--top", "20", "--json"));
        Assert.Equal(18, all.Length);
        Assert.Equal(20, Ids(Recommend("--items", "i3,i5", "--top", "20", "--include-seen", "--json")).Length);
        string exclude = Text("out.txt", $"{all[0]}\r\n{all[2]}\n");
        string allow = Text("in.txt", $"{all[2]}\n{all[4]}\n{all[7]}\ni3\n");
        Assert.Equal([all[1], all[3]], Ids(Recommend("--items", "i3,i5", "--top", "2", "--exclude", exclude, "--json")));
        Assert.Equal([all[2], all[4], all[7]], Ids(Recommend("--items", "i3,i5", "--top", "9", "--allow", allow, "--json")));
        Assert.Equal([all[4], all[7]],
            Ids(Recommend("--items", "i3,i5", "--allow", allow, "--exclude", exclude, "--json")));
        string missing = _folder["missing"];
        Assert.Contains($"{missing}: no such file; --allow takes a file with one item id a line",
            Recommend("--items", "i3", "--allow", missing).Messages, StringComparison.Ordinal);

        string[] similar = Ids(CommandLine.Run(["similar", .. _run, "--item", "i3", "--top", "20", "--json"]), "similar");
        exclude = Text("out.txt", similar[0]);
        Assert.Equal(similar[1..3], Ids(CommandLine.Run(
            ["similar", .. _run, "--item", "i3", "--top", "2", "--exclude", exclude, "--json"]), "similar"));
    }

    [Fact]
    public void Why_names_clicks_in_every_form()
    {
        var item = Recommend("--items", "i3,i5,i7,i9", "--top", "1", "--why", "--json").Succeeded().Json
            .GetProperty("recommendations")[0];
        var reasons = item.GetProperty("why");
        Assert.Equal(3, reasons.GetArrayLength());
        Assert.Equal("Title " + reasons[0].GetProperty("id").GetString()![1..], reasons[0].GetProperty("title").GetString());
        Assert.True(reasons[0].GetProperty("contribution").GetDouble() >= reasons[1].GetProperty("contribution").GetDouble());

        string[] best = [reasons[0].GetProperty("id").GetString()!, reasons[1].GetProperty("id").GetString()!];
        string table = Recommend("--items", "i3,i5,i7,i9", "--top", "1", "--why", "2").Succeeded().Output;
        Assert.Contains("because of", table, StringComparison.Ordinal);
        Assert.Contains($"Title {best[0][1..]} +0.", table, StringComparison.Ordinal);
        string[] who = ["--items", "i3,i5,i7,i9", "--top", "1", "--why", "2"];
        Assert.Equal(["user\trank\titem\tscore\ttitle\twhy", $"{best[0]}|{best[1]}"],
            Written("why.tsv", who).Select((line, row) => row == 0 ? line : line.Split('\t')[5]));
        Assert.Contains($"\"why\":[{{\"id\":\"{best[0]}\"", Written("why.jsonl", who)[0], StringComparison.Ordinal);

        Assert.DoesNotContain("why", Recommend("--items", "i3", "--json").Output, StringComparison.Ordinal);
        Assert.Contains("--why 0: give a whole number", Recommend("--items", "i3", "--why", "0").Messages,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parquet_holds_what_the_table_holds()
    {
        string[][] table = [.. Written("all.tsv", "--all", "--top", "2", "--why").Skip(1).Select(line => line.Split('\t'))];
        Recommend("--all", "--top", "2", "--why", "--output", _folder["all.parquet"]).Succeeded();
        await using var file = File.OpenRead(_folder["all.parquet"]);
        await using var reader = await ParquetReader.CreateAsync(file);
        Assert.Equal(1, reader.RowGroupCount);
        Assert.Equal(["user", "rank", "item", "score", "title", "why"],
            reader.Schema.GetDataFields().Select(field => field.Name));
        using var group = reader.OpenRowGroupReader(0);
        Assert.Equal(table.Length, group.RowCount);
        var scores = new float[table.Length];
        await group.ReadAsync<float>(reader.Schema.GetDataFields()[3], scores);
        Assert.Equal(table.Select(row => float.Parse(row[3], CultureInfo.InvariantCulture)), scores);
    }

    [Fact]
    public void Titles_serve_where_ids_are_asked_for()
    {
        var byId = Recommend("--items", "i3,i15", "--json").Succeeded();
        var byTitle = Recommend("--items", "title 3, i15", "--json").Succeeded();
        Assert.Equal(byId.Output, byTitle.Output);
        Assert.Contains("note: 'title 3' is i3, Title 3.", byTitle.Messages, StringComparison.Ordinal);
        Assert.Equal(CommandLine.Run(["similar", .. _run, "--item", "i17", "--json"]).Output,
            CommandLine.Run(["similar", .. _run, "--item", "le 17", "--json"]).Succeeded().Output);
        var several = CommandLine.Run(["similar", .. _run, "--item", "Title 1"]);
        Assert.Equal(0, several.ExitCode); // the title of i1 goes before parts of others
        several = CommandLine.Run(["similar", .. _run, "--item", "tle 1"]);
        Assert.Equal(2, several.ExitCode);
        Assert.Contains("'tle 1' may mean i1 Title 1; i10 Title 10; i11 Title 11;", several.Messages, StringComparison.Ordinal);
        Assert.EndsWith("; .... Give one of the ids.", several.Messages.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void Neighbours_go_into_a_file()
    {
        CommandLine.Run(["similar", .. _run, "--item", "i3", "--top", "2", "--output", _folder["s.csv"]]).Succeeded();
        string[] lines = File.ReadAllLines(_folder["s.csv"]);
        Assert.Equal("similar_to,rank,item,score,title", lines[0]);
        Assert.StartsWith("i3,1,i", lines[1]);
        Assert.Equal(3, lines.Length);
    }

    [Fact]
    public void A_title_is_no_formula_but_ids_stay()
    {
        var train = CsrMatrix.FromPairs(2, 4, [(0, 0), (0, 1), (1, 0), (1, 2), (1, 3)]);
        new PreparedDataset(new DatasetManifest { Source = new("pairs", "formulas"), Split = SplitKind.None }, train, null, null,
            ["@jane", "-1"], new ItemList(["=a", "+b", "@c", "-d"], ["=1+1", "+2", "@SUM(A1)", "plain"])).Save(_folder["sheet"]);
        CommandLine.Run("train", "--data", _folder["sheet"], "--output", _folder["popular"], "--model", "popularity").Succeeded();
        string[] run = ["recommend", "--run", _folder["popular"], "--include-seen", "--top", "4"];
        foreach (string name in new[] { "a.csv", "a.tsv", "a.jsonl" })
            CommandLine.Run([.. run, "--users-file", Text("who", "@jane\n"), "--output", _folder[name]]).Succeeded();
        Assert.Equal(["@jane,1,=a,2,'=1+1", "@jane,2,+b,1,'+2", "@jane,3,@c,1,'@SUM(A1)", "@jane,4,-d,1,plain"],
            File.ReadAllLines(_folder["a.csv"]).Skip(1));
        Assert.Contains("@jane\t3\t@c\t1\t'@SUM(A1)", File.ReadAllLines(_folder["a.tsv"]));
        Assert.Contains("\"title\":\"=1+1\"", File.ReadAllLines(_folder["a.jsonl"])[0], StringComparison.Ordinal);

        string left = Text("out", "@c\n=a\n");
        Assert.Equal(["+b", "-d"], Ids(CommandLine.Run([.. run, "--user", "@jane", "--exclude", left, "--json"])));
        Assert.Equal(["+b", "-d"], Ids(CommandLine.Run([.. run, "--user=-1", "--exclude", left, "--json"])));
        string history = Text("new", "@new\t@c\n@new\t=a\n");
        CommandLine.Run("recommend", "--run", _folder["popular"], "--histories", history, "--output", _folder["n.tsv"])
            .Succeeded();
        Assert.Equal(["@new\t1\t+b", "@new\t2\t-d"],
            File.ReadAllLines(_folder["n.tsv"]).Skip(1).Select(line => string.Join('\t', line.Split('\t')[..3])));
    }

    [Theory]
    [InlineData("--all --user u1")]
    [InlineData("--users-file a --histories b")]
    [InlineData("--histories b --items i1")]
    public void One_way_to_say_whom_for_is_enough(string flags)
    {
        var result = Recommend([.. flags.Split(' '), "--output", _folder["x"]]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Give one of", result.Messages, StringComparison.Ordinal);
    }
}
