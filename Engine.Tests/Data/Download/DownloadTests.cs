using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using ManualVae.Data;
using ManualVae.Data.Download;
using ManualVae.Tests.Tools;
using Xunit;

namespace ManualVae.Tests.Data.Download;

[Collection(nameof(CommandLine))]
public class DownloadTests : IDisposable
{
    private static readonly byte[] Ratings = Encoding.ASCII.GetBytes("1\t10\t5\t100\n1\t11\t3\t101\n2\t10\t4\t102\n");
    private static readonly byte[] Archive = Zip("ml-test/u.data", Ratings);
    private static readonly byte[] Large = RandomNumberGenerator.GetBytes(300_000);

    private readonly TemporaryFolder _folder = TestData.NewFolder();
    private readonly LoopbackServer _server = new(new()
    {
        ["/a/ml-test.zip"] = Archive, ["/a/large.bin"] = Large,
        ["/a/u.data"] = Ratings
    });
    private readonly HttpClient _client = new();

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void An_archive_is_fetched_unpacked_and_counted()
    {
        var shares = new List<double>();
        var result = DatasetDownload.Run(Entry("ml-test.zip", Archive.Length, Md5(Archive)), _folder["d"], _client,
            new Recorder(shares));
        Assert.Equal((2, 2, 3L), (result.Users, result.Items, result.Clicks));
        Assert.Equal(["u.data"], Samples.Entries(_folder["d"]));
        Assert.Equal(Ratings, File.ReadAllBytes(_folder["d", "u.data"]));
        Assert.Equal(1, shares[^1]);
    }

    [Fact]
    public void A_file_of_the_user_is_neither_replaced_nor_deleted()
    {
        _folder.Write("d/u.data", "mine");
        foreach (var (file, content) in new[] { ("ml-test.zip", Archive), ("u.data", Ratings) })
        {
            Assert.Contains("u.data", Assert.Throws<InputException>(() =>
                DatasetDownload.Run(Entry(file, content.Length, Md5(content)), _folder["d"], _client)).Message);
            Assert.Equal("mine", File.ReadAllText(_folder["d", "u.data"]));
        }
        File.WriteAllBytes(_folder["d", "u.data"], Ratings);
        DatasetDownload.Run(Entry("ml-test.zip", Archive.Length, Md5(Archive)), _folder["d"], _client);
    }

    [Fact]
    public void An_interrupted_download_goes_on_where_it_stopped()
    {
        string path = _folder["large.bin"];
        _server.BreakOffAfter = 100_000;
        var problem = Assert.Throws<IOException>(() => Fetch(path, Large.Length));
        Assert.Contains("run the same command again", problem.Message, StringComparison.OrdinalIgnoreCase);
        Assert.False(File.Exists(path));
        long have = new FileInfo(path + ".part").Length;
        Assert.InRange(have, 1, 100_000);

        _server.BreakOffAfter = 0;
        Fetch(path, Large.Length);
        Assert.Equal(["", $"bytes={have}-"], _server.Ranges);
        Assert.Equal(Large, File.ReadAllBytes(path));
        Assert.Equal(["large.bin"], Samples.Entries(_folder.Path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_part_that_cannot_be_continued_is_fetched_anew(bool serverIgnoresRanges)
    {
        string path = _folder["large.bin"];
        _folder.Write("large.bin.part", "of another version");
        _folder.Write("large.bin.part.etag", "\"0\"");
        _server.IgnoreRanges = serverIgnoresRanges;
        Fetch(path, Large.Length);
        Assert.Equal(Large, File.ReadAllBytes(path));
    }

    [Fact]
    public void Another_size_is_refused_before_anything_is_fetched()
    {
        var problem = Assert.Throws<IOException>(() => Fetch(_folder["large.bin"], 5));
        Assert.Contains("300000 bytes where the catalogue expects 5", problem.Message);
        Assert.False(File.Exists(_folder["large.bin"]));
    }

    [Fact]
    public void A_server_that_sends_more_than_the_stated_size_is_cut_off()
    {
        _server.HidesLength = true;
        var problem = Assert.Throws<IOException>(() => Fetch(_folder["large.bin"], 100_000));
        Assert.Contains("sends more than the 100000 bytes", problem.Message);
        Assert.False(File.Exists(_folder["large.bin"]));
        Assert.Equal(0, new FileInfo(_folder["large.bin.part"]).Length);
    }

    [Theory]
    [InlineData("file:///etc/hostname")]
    [InlineData("ftp://127.0.0.1:1/large.bin")]
    public void A_redirection_to_something_else_than_the_web_leads_nowhere(string address)
    {
        _server.RedirectTo = address;
        Assert.StartsWith($"{_server.Root}a/large.bin: ",
            Assert.Throws<IOException>(() => Fetch(_folder["large.bin"], Large.Length)).Message);
        Assert.Empty(Samples.Entries(_folder.Path));
    }

    [Theory]
    [InlineData("file:///etc/hostname")]
    [InlineData("http://127.0.0.1/")]
    [InlineData("u.data")]
    public void A_catalogue_names_files_on_the_web_only(string address)
    {
        string catalogue = _folder.Write("catalogue.json", $$"""
            [{"name": "tiny", "title": "Tiny", "homepage": "none", "licence": "none", "format": "movielens-100k",
              "files": [{"url": "{{address}}"}]}]
            """);
        Assert.Contains("http addresses", Assert.Throws<InputException>(() => DatasetCatalogue.Read(catalogue)).Message);
    }

    [Theory]
    [InlineData("../../evil.data")]
    [InlineData("..\\..\\evil.data")]
    [InlineData("/evil.data")]
    [InlineData("x/..")]
    public void An_archive_writes_nothing_outside_the_folder(string name)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            using (var entry = zip.CreateEntry(name).Open()) entry.Write("evil"u8);
            using (var entry = zip.CreateEntry("u.data").Open()) entry.Write(Ratings);
        }
        _server.Files["/a/evil.zip"] = memory.ToArray();
        DatasetDownload.Run(Entry("evil.zip", null, null), _folder["in", "d"], _client);
        Assert.Equal(["in"], Samples.Entries(_folder.Path).Where(entry => !entry.StartsWith("in/", StringComparison.Ordinal)));
        Assert.All(Directory.GetFiles(_folder["in", "d"]), file => Assert.Contains(Path.GetFileName(file), "u.data evil.data"));
    }

    [Fact]
    public void Another_hash_or_other_counts_are_refused()
    {
        var problem = Assert.Throws<IOException>(() =>
            DatasetDownload.Run(Entry("ml-test.zip", null, new string('0', 32)), _folder["a"], _client));
        Assert.Contains("MD5", problem.Message);
        Assert.Empty(Samples.Entries(_folder["a"]));
        problem = Assert.Throws<IOException>(() =>
            DatasetDownload.Run(Entry("ml-test.zip", null, null) with { Clicks = 4 }, _folder["b"], _client));
        Assert.Contains("holds 3 clicks where the catalogue expects 4", problem.Message);
    }

    [Fact]
    public void A_missing_file_names_address_and_answer()
    {
        var problem = Assert.Throws<IOException>(() => DatasetDownload.Run(Entry("none.zip", null, null), _folder["c"], _client));
        Assert.Contains("none.zip", problem.Message);
        Assert.Contains("404", problem.Message);
    }

    [Fact]
    public void The_command_fetches_from_a_catalogue()
    {
        string catalogue = _folder.Write("catalogue.json", $$"""
            [{"name": "tiny", "title": "Tiny", "homepage": "none", "licence": "none", "format": "movielens-100k",
              "files": [{"url": "{{_server.Root}}a/u.data", "bytes": {{Ratings.Length}}}], "users": 2, "items": 2, "clicks": 3}]
            """);
        Assert.Equal(0, CommandLine.Run("data", "download", "tiny", "--catalogue", catalogue, "--output", _folder["t"]).ExitCode);
        Assert.Equal(Ratings, File.ReadAllBytes(_folder["t", "u.data"]));
        Assert.Equal(2, CommandLine.Run("data", "download", "huge", "--catalogue", catalogue).ExitCode);
        Assert.Equal(2, CommandLine.Run("data", "download", "tiny", "--catalogue", _folder["absent.json"]).ExitCode);
    }

    [Fact]
    public void The_built_in_catalogue_is_complete()
    {
        var entries = DatasetCatalogue.Read();
        Assert.Equal(entries.Length, entries.Select(entry => entry.Name).Distinct().Count());
        Assert.All(entries, entry => Assert.Contains(entry.Format, ManualVae.Data.Import.ClickFormats.Names));
        Assert.Equal(20_000_263, DatasetCatalogue.Find(entries, "ml-20m").Clicks);
        Assert.Throws<InputException>(() => DatasetCatalogue.Find(entries, "netflix"));
    }

    private void Fetch(string path, long expected) =>
        ResumableDownload.Run(_client, new Uri(_server.Root, "a/large.bin"), path, expected, null, default);

    private CatalogueEntry Entry(string file, long? bytes, string? md5) => new("test", "Test", "none", "none", "movielens-100k",
        [new CatalogueFile(new Uri(_server.Root, "a/" + file), bytes, md5)], 2, 2, 3);

    private static string Md5(byte[] bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));

    private static byte[] Zip(string name, byte[] content)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create))
        using (var entry = zip.CreateEntry(name).Open()) entry.Write(content);
        return memory.ToArray();
    }

    private sealed class Recorder(List<double> shares) : IProgress<double>
    {
        public void Report(double value) => shares.Add(value);
    }
}
