using System.IO.Compression;
using ManualVae.Tests.Tools;
using Xunit;

namespace ManualVae.Tests.Data.Import;

/// <summary>
/// Whatever the user gives wrong: exit code 2, one line that names file, line and remedy, nothing left behind. Run through the
/// command, as a user would.
/// </summary>
[Collection(nameof(CommandLine))]
public class BadInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("movielens-100k", "u.data", "1\t10\t5\t100\n1\t20\t3\n", "u.data:2:")]
    [InlineData("movielens-100k", "u.data", "1\t10\t5\t100\n1\t20\tgood\t101\n", "u.data:2: the rating 'good'")]
    [InlineData("movielens-100k", "u.data", "1\t10\tNaN\t100\n", "u.data:1: the rating")]
    [InlineData("movielens-100k", "u.data", "1\t10\t5\tlater\n", "u.data:1: the time 'later'")]
    [InlineData("movielens-1m", "ratings.dat", "1::10::5::100\n\n\n1:20:3:101\n", "ratings.dat:4:")]
    [InlineData("movielens", "ratings.csv", "userId,movieId,stars,timestamp\n1,10,5,100\n", "ratings.csv:1: no column 'rating'")]
    [InlineData("movielens", "ratings.csv", "userId,movieId,rating,timestamp\n1,10,5,100\n,11,5,100\n",
        "ratings.csv:3: the user is empty")]
    [InlineData("movielens", "ratings.csv", "userId,movieId,rating,timestamp\n1,\"10,5,100\n2,11,5,100\n", "ratings.csv:2:")]
    [InlineData("msd", "train_triplets.txt", "u\ts\t1\nu\ts\n", "train_triplets.txt:2:")]
    [InlineData("lightgcn", "train.txt", "0 1 2\n,5\n", "train.txt:2:")]
    [InlineData("netflix", "combined_data_1.txt", "7,5,2005-09-06\n", "combined_data_1.txt:1: a rating before")]
    [InlineData("netflix", "combined_data_1.txt", "1:\n7,5,2005-09-06\n8,3\n", "combined_data_1.txt:3:")]
    [InlineData("ncf", "a.train.rating", "0\t1\t5\t1\n0\n", "a.train.rating:2:")]
    [InlineData("pairs", "train.tsv", "one\n", "train.tsv:1: neither tab")]
    [InlineData("pairs", "train.tsv", "user\titem\n1\t2\n", "--format csv")]
    [InlineData("pairs", "train.tsv", "1\t2\n3\n", "train.tsv:2:")]
    [InlineData("pairs", "train.tsv", "", "train.tsv: the file is empty")]
    [InlineData("pairs", "train.tsv", "\n\n", "train.tsv: holds no lines")]
    [InlineData("movielens-1m", "other.txt", "x", "holds no ratings.dat")]
    public void A_malformed_source_is_named_with_file_line_and_remedy(string format, string file, string text, string names)
    {
        _folder.Write(Path.Combine("in", file), text);
        AssertRefused(names, "--format", format, "--input", _folder["in"]);
    }

    [Fact]
    public void A_gzip_cut_short_anywhere_is_refused()
    {
        byte[] whole = Gzip(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i % 997}\t{i * 7919 % 10007}\n")));
        foreach (int length in new[] { 1, 5, 17, 100, whole.Length / 2, whole.Length - 1_000, whole.Length - 8, whole.Length - 4,
            whole.Length - 1 })
        {
            File.WriteAllBytes(_folder["clicks.tsv.gz"], whole[..length]);
            AssertRefused("clicks.tsv.gz:", "--format", "pairs", "--input", _folder["clicks.tsv.gz"]);
        }
    }

    [Fact]
    public void A_gzip_of_several_members_is_read_to_its_end_and_cut_short_is_refused()
    {
        byte[] whole = [.. Gzip("1\t10\n2\t10\n"), .. Gzip("3\t10\n4\t11\n5\t12\n")];
        File.WriteAllBytes(_folder["clicks.tsv.gz"], whole);
        var result = CommandLine.Run("data", "import", "--format", "pairs", "--input", _folder["clicks.tsv.gz"],
            "--held-out-users", "1",
            "--output", _folder["good"], "--json").Succeeded();
        Assert.Equal(5, result.Json.GetProperty("import").GetProperty("clicksRead").GetInt32());
        File.WriteAllBytes(_folder["clicks.tsv.gz"], whole[..^6]);
        AssertRefused("clicks.tsv.gz:", "--format", "pairs", "--input", _folder["clicks.tsv.gz"]);
    }

    [Fact]
    public void A_damaged_bzip2_is_refused()
    {
        byte[] bytes = Convert.FromBase64String( // found by the long mode: its tables do not fit together
            "Qlpo7zFBWSZTWbGcusAAAAzZgAAQAAQ4ADoiHgAgADFMAADU00enoMdMMjDLyA4BM5+Ko2LuSKcKEhYzlw==");
        File.WriteAllBytes(_folder["clicks.csv.bz2"], bytes);
        AssertRefused("clicks.csv.bz2:", "--format", "pairs", "--input", _folder["clicks.csv.bz2"]);
    }

    [Fact]
    public void A_zip_with_a_damaged_table_of_contents_is_refused()
    {
        string zip = _folder["clicks.zip"];
        using (var archive = new ZipArchive(File.Create(zip), ZipArchiveMode.Create))
        using (var entry = new StreamWriter(archive.CreateEntry("clicks.tsv").Open())) entry.Write("1\t2\n2\t3\n");
        byte[] bytes = File.ReadAllBytes(zip);
        bytes[^12]++; // the number of entries, in the record at the end
        File.WriteAllBytes(zip, bytes);
        AssertRefused("clicks.zip:", "--format", "pairs", "--input", zip);
        AssertRefused("clicks.zip:", "--format", "pairs", "--input", zip + "/clicks.tsv");
    }

    [Fact]
    public void A_damaged_gzip_is_refused()
    {
        byte[] bytes = Gzip(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i % 997}\t{i * 7919 % 10007}\n")));
        bytes[bytes.Length / 2] ^= 0xff;
        bytes[bytes.Length / 2 + 1] ^= 0xff;
        File.WriteAllBytes(_folder["clicks.tsv.gz"], bytes);
        AssertRefused("clicks.tsv.gz:", "--format", "pairs", "--input", _folder["clicks.tsv.gz"]);
    }

    [Theory]
    [InlineData("--format", "movielens-7", "--format movielens-7: unknown")]
    [InlineData("--split", "cold-items", "--split cold-items: divides a prepared dataset")]
    [InlineData("--split", "random", "--split 'random': give one of")]
    [InlineData("--split", "weak", "ready-made")]
    [InlineData("--split", "temporal", "has no times")]
    [InlineData("--hold-out", "last", "--hold-out")]
    [InlineData("--fold", "0/5", "--fold 0/5: give I/K")]
    [InlineData("--fold", "1/2", "--fold 1/2: give I/K")]
    [InlineData("--fold", "1/6", "--fold: 6 folds of 5 users")]
    [InlineData("--held-out-clicks", "0", "--held-out-clicks")]
    [InlineData("--test-from", "soon", "--test-from soon: is neither a date")]
    [InlineData("--test-from", "2001-01-01", "only --split temporal cuts")]
    [InlineData("--test-until", "2001-01-01", "--test-from is missing")]
    [InlineData("--held-out-users", "5", "--held-out-users")]
    [InlineData("--held-out-users", "0", "--held-out-users")]
    [InlineData("--min-user-clicks", "-1", "--min-user-clicks")]
    [InlineData("--min-user-clicks", "100", "no training clicks are left")]
    [InlineData("--min-rating", "3", "holds no ratings")]
    [InlineData("--user-column", "u", "--format pairs: has columns of its own")]
    [InlineData("--test-ratio", "1.5", "--test-ratio")]
    [InlineData("--separator", "", "--separator")]
    [InlineData("--fold-in-order", "random", "--fold-in-order 'random': give one of")]
    [InlineData("--carve-validation", "true", "--carve-validation")]
    [InlineData("--seed", "-1", "-1")]
    [InlineData("--no-such-flag", "1", "--no-such-flag")]
    [InlineData("--input", "/nowhere/at/all", "/nowhere/at/all: no such file")]
    public void An_impossible_setting_is_named(string option, string value, string names)
    {
        string clicks = _folder.Write("clicks.tsv", "1\t2\n2\t2\n3\t2\n4\t3\n5\t3\n");
        var arguments = new Dictionary<string, string> { ["--format"] = "pairs", ["--input"] = clicks, [option] = value };
        AssertRefused(names, [.. arguments.SelectMany(pair => new[] { pair.Key, pair.Value })]);
    }

    [Fact]
    public void Csv_needs_its_columns_and_says_which_there_are()
    {
        string path = _folder.Write("log.csv", "who,what\n1,2\n");
        AssertRefused("--user-column and --item-column", "--format", "csv", "--input", path);
        AssertRefused("log.csv:1: no column 'user'; its columns are 'who', 'what'", "--format", "csv", "--input", path,
            "--user-column", "user", "--item-column", "what");
    }

    [Fact]
    public void Ready_made_splits_are_not_filtered_or_divided_by_time()
    {
        AssertRefused("used as it is", "--format", "lightgcn", "--input", TestData.Fixture("Data", "lightgcn"),
            "--min-user-clicks", "5");
        AssertRefused("divided already", "--format", "lightgcn", "--input", TestData.Fixture("Data", "lightgcn"), "--split",
            "temporal");
        AssertRefused("used as it is", "--format", "pro-sg", "--input", TestData.Fixture("Data", "pro-sg"), "--held-out-users",
            "1");
        AssertRefused("used as it is", "--format", "pro-sg", "--input", TestData.Fixture("Data", "pro-sg"), "--k-core", "2");
    }

    [Theory]
    [InlineData("train.csv", "uid,sid\n0,0\n0,9\n", "train.csv:3: the sid 9 is beyond the 3 lines")]
    [InlineData("train.csv", "uid,sid\n9,0\n", "train.csv:2: the uid 9 is beyond the 4 lines")]
    [InlineData("train.csv", "uid,sid\nx,0\n", "train.csv:2: the uid 'x'")]
    [InlineData("train.csv", "user,sid\n1,0\n", "train.csv:1: no column 'uid'")]
    [InlineData("test_te.csv", "uid,sid\n0,0\n", "test_te.csv: user 0 belongs to an earlier part")]
    [InlineData("unique_uid.txt", "u1\nu2\nu3\nu2\n", "unique_uid.txt: lists 'u2' twice")]
    [InlineData("unique_sid.txt", "a\na\nb\n", "unique_sid.txt: lists 'a' twice")]
    public void A_pro_sg_folder_that_contradicts_itself_is_refused(string file, string text, string names)
    {
        foreach (string path in Directory.GetFiles(TestData.Fixture("Data", "pro-sg"))) _folder.Write(Path.Combine("in",
            Path.GetFileName(path)), File.ReadAllText(path));
        _folder.Write(Path.Combine("in", file), text);
        AssertRefused(names, "--format", "pro-sg", "--input", _folder["in"]);
    }

    [Fact]
    public void A_changed_byte_in_a_prepared_folder_is_refused_by_describe_and_export()
    {
        Samples.Strong().Save(_folder["data"]);
        byte[] bytes = File.ReadAllBytes(_folder["data", "train.csr"]);
        bytes[^40] ^= 1;
        File.WriteAllBytes(_folder["data", "train.csr"], bytes);
        foreach (string[] verb in new string[][] { ["data", "describe", _folder["data"]],
            ["data", "export", _folder["data"], "--output", _folder["out"]] })
        {
            var (code, error) = Run(verb);
            Assert.Equal(2, code);
            Assert.Contains("train.csr", error);
            Assert.Contains("import the dataset again", error);
            Assert.Single(error.TrimEnd().Split('\n'));
        }
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public void An_interrupted_import_or_synthesis_leaves_nothing()
    {
        string clicks = _folder.Write("clicks.tsv", "1\t2\n2\t2\n3\t2\n");
        string[] before = Samples.Entries(_folder.Path);
        foreach (string[] verb in new string[][] { ["import", "--format", "pairs", "--input", clicks], ["synthesize"] })
        {
            var result = ManualVae.Tools.Program.Run(["data", .. verb, "--output", _folder["out"]], new CancellationToken(true));
            Assert.Equal(130, result);
            Assert.Equal(before, Samples.Entries(_folder.Path));
        }
        Assert.Equal(0, CommandLine.Run("data", "download").ExitCode); // and the next command is not interrupted
    }

    [Fact]
    public void An_impossible_export_is_refused()
    {
        Samples.Weak().Save(_folder["weak"]);
        foreach (var (arguments, names) in new (string[], string)[]
        {
            ([_folder["weak"]], "--split strong"), ([_folder["weak"], "--ids", "short"], "--ids short"),
            ([_folder["weak"], "--format", "xml"], "--format xml"), ([_folder["absent"]], "no such folder"),
                ([], "name the prepared dataset"),
        })
        {
            var (code, error) = Run(["data", "export", .. arguments, "--output", _folder["out"]]);
            Assert.Equal(2, code);
            Assert.Contains(names, error);
            Assert.False(Directory.Exists(_folder["out"]));
        }
    }

    [Fact]
    public void A_folder_in_the_way_is_kept()
    {
        string clicks = _folder.Write("clicks.tsv", "1\t2\n2\t2\n3\t2\n");
        _folder.Write("out/precious.txt", "mine");
        var (code, error) = Run("data", "import", "--format", "pairs", "--input", clicks, "--held-out-users", "1", "--output",
            _folder["out"]);
        Assert.Equal(2, code);
        Assert.Contains("--overwrite", error);
        Assert.Equal("mine", File.ReadAllText(_folder["out", "precious.txt"]));
    }

    private void AssertRefused(string names, params string[] arguments)
    {
        string[] before = Samples.Entries(_folder.Path);
        var (code, error) = Run(["data", "import", .. arguments, "--output", _folder["out"]]);
        Assert.Contains(names, error);
        Assert.Equal(2, code);
        string line = Assert.Single(error.TrimEnd().Split('\n'));
        Assert.StartsWith("manualvae: ", line);
        Assert.DoesNotContain("   at ", error);
        Assert.Equal(before, Samples.Entries(_folder.Path));
    }

    private static (int Code, string Error) Run(params string[] arguments)
    {
        var result = CommandLine.Run(arguments);
        return (result.ExitCode, result.Messages);
    }

    private static byte[] Gzip(string text)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Optimal)) gzip.Write(System.Text.Encoding.ASCII.GetBytes(text));
        return memory.ToArray();
    }
}
