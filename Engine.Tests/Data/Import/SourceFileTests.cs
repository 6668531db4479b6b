using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using ICSharpCode.SharpZipLib.BZip2;
using ManualVae.Data;
using ManualVae.Data.Import;
using Xunit;

namespace ManualVae.Tests.Data.Import;

/// <summary>Where inputs come from: compressed files, zip archives, pipes.</summary>
public class SourceFileTests
{
    private const string Pairs = "1\t10\n1\t20\n2\t10\n3\t30\n";

    public static TheoryData<string> Compressions => ["gzip", "bzip2", "zstd", "zip"];

    [Theory, MemberData(nameof(Compressions))]
    public void Compressed_files_are_known_by_their_first_bytes(string compression)
    {
        using var folder = TestData.NewFolder();
        File.WriteAllBytes(folder["clicks"], Compress(compression, Pairs));
        AssertPairs(Import(folder["clicks"]));
    }

    [Theory, MemberData(nameof(Compressions))]
    public void A_pipe_is_read_once_without_seeking(string compression)
    {
        byte[] bytes = Compress(compression, Pairs);
        if (compression == "zip")
        {
            Assert.Contains("-: is a zip archive", Refused(() => Import("-", new Pipe(bytes))));
            return;
        }
        var data = Import("-", new Pipe(bytes));
        AssertPairs(data);
        Assert.Equal(("-", bytes.Length), (data.Manifest.Source.Name, (int)data.Manifest.Source.Bytes!));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)), data.Manifest.Source.Sha256);
    }

    [Theory, MemberData(nameof(Compressions))]
    public void A_truncated_file_is_refused(string compression)
    {
        using var folder = TestData.NewFolder();
        var lines = new StringBuilder();
        for (int i = 0; i < 5000; i++) lines.Append($"{i * 7919 % 1009}\t{i * 104729 % 997}\n");
        byte[] bytes = Compress(compression, lines.ToString());
        foreach (int cut in new[] { 1, 5, 9, bytes.Length / 2 })
        {
            File.WriteAllBytes(folder["clicks"], bytes[..^cut]);
            Assert.Contains("damaged", Refused(() => Import(folder["clicks"])));
            if (compression != "zip") Assert.Contains("damaged", Refused(() => Import("-", new Pipe(bytes[..^cut]))));
        }
    }

    [Fact]
    public void Bzip2_of_several_streams_is_read_to_the_end()
    {
        using var folder = TestData.NewFolder();
        File.WriteAllBytes(folder["c.bz2"], [.. Compress("bzip2", "1\t10\n1\t20\n"), .. Compress("bzip2", "2\t10\n3\t30\n")]);
        AssertPairs(Import(folder["c.bz2"]));
    }

    [Fact]
    public async Task A_fifo_is_an_input()
    {
        if (OperatingSystem.IsWindows()) return;
        using var folder = TestData.NewFolder();
        using (var make = Process.Start("mkfifo", folder["pipe"])) make.WaitForExit();
        var writer = Task.Run(() => File.WriteAllText(folder["pipe"], Pairs));
        AssertPairs(Import(folder["pipe"]));
        await writer;
    }

    [Fact]
    public void A_pipe_that_is_too_long_to_be_read_twice_says_so()
    {
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(
            System.Security.Cryptography.HashAlgorithmName.SHA256);
        var pipe = new PipeInput("-", new Pipe(new byte[5 << 20]), hash);
        pipe.Open().CopyTo(Stream.Null);
        Assert.Equal("-: is a pipe and can be read once only; save it to a file and give that.",
            Assert.Throws<InputException>(() => pipe.Open()).Message);
    }

    [Fact]
    public void A_pipe_that_is_not_UTF_8_asks_for_its_encoding_where_it_cannot_be_read_twice()
    {
        byte[] small = Encoding.Latin1.GetBytes(Pairs + "1\tcaf\u00e9\n2\tcaf\u00e9\n3\tcaf\u00e9\n");
        Assert.Contains("caf\u00e9", Import("-", new Pipe(small)).ItemIds);
        byte[] large = [.. Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat("1\t10\n", 1 << 20))), .. small];
        Assert.Equal("-:1048581: is not UTF-8, and a pipe cannot be read twice; give Encoding latin1.",
            Refused(() => Import("-", new Pipe(large))));
        var data = DatasetImport.Run(new() { Format = "pairs", Input = "-", Encoding = "latin1", HeldOutUsers = 1 },
            standardInput: new Pipe(large));
        Assert.Contains("caf\u00e9", data.ItemIds); // the advice helps
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1 << 18)]
    public void A_long_pipe_whose_dates_are_ambiguous_asks_for_their_pattern(int linesBefore)
    {
        // The date that shows the order comes after more than a pipe keeps; to look ahead for it would lose lines.
        byte[] log = Encoding.UTF8.GetBytes("user,item,time\n"
            + string.Concat(Enumerable.Repeat("1,10,2001-01-01\n", linesBefore))
            + string.Concat(Enumerable.Repeat("1,20,03/04/2001\n", 1 << 19)) + "1,30,25/04/2001\n2,10,25/04/2001\n");
        var options = new ImportOptions { Input = "-", Split = SplitKind.LeaveOneOut };
        Assert.Equal($"-:{linesBefore + 2}: '03/04/2001' may begin with the day or the month; give TimeFormat dd/MM/yyyy or "
            + "MM/dd/yyyy.", Refused(() => DatasetImport.Run(options, standardInput: new Pipe(log))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/movielens-1m")]
    [InlineData("/movielens-1m/ratings.dat")]
    public void A_zip_archive_is_a_folder(string inside)
    {
        using var folder = TestData.NewFolder();
        ZipFile.CreateFromDirectory(TestData.Fixture("Data", "movielens-1m"), folder["set.zip"], CompressionLevel.Fastest, true);
        var data = DatasetImport.Run(new ImportOptions
        {
            Format = "movielens-1m", Input = folder["set.zip"] + inside, Split = SplitKind.LeaveOneOut,
        });
        Assert.Equal(5, data.Manifest.Import.ClicksRead);
        Assert.Contains("Star Wars: Episode IV (1977)", data.ItemTitles);
    }

    [Fact]
    public void Ready_made_parts_are_found_in_a_zip_archive()
    {
        using var folder = TestData.NewFolder();
        ZipFile.CreateFromDirectory(TestData.Fixture("Data", "lightgcn"), folder["parts.zip"]);
        var parts = DatasetImport.Run(new ImportOptions { Format = "lightgcn", Input = folder["parts.zip"] });
        Assert.Equal(SplitKind.Weak, parts.Manifest.Split);
    }

    [Fact]
    public void A_zip_archive_of_several_files_names_them()
    {
        using var folder = TestData.NewFolder();
        using (var zip = ZipFile.Open(folder["set.zip"], ZipArchiveMode.Create))
            foreach (string name in new[] { "b/Users.csv", "b/Ratings.csv", "__MACOSX/b/Users.csv", "b/.DS_Store" })
            {
                using var writer = new StreamWriter(zip.CreateEntry(name).Open());
                writer.Write("user,item\n1,2\n2,2\n3,4\n");
            }
        var options = new ImportOptions
        {
            Format = "csv", Input = folder["set.zip"], UserColumn = "user", ItemColumn = "item",
            HeldOutUsers = 1
        };
        string zipped = folder["set.zip"];
        Assert.Equal($"{zipped}: holds 2 files: b/Ratings.csv, b/Users.csv; give one as Input {zipped}/b/Ratings.csv.",
            Refused(() => DatasetImport.Run(options)));
        var data = DatasetImport.Run(options with { Input = zipped + "/b/Users.csv" });
        Assert.Equal(3, data.Manifest.Import.ClicksRead);
    }

    [Theory]
    [InlineData("PAR1....", "is a Parquet file; read it with format parquet.")]
    [InlineData("7z\u00bc\u00af....", "is a 7-Zip archive; unpack it.")]
    [InlineData("SQLite format 3\0", "is an SQLite database; export the table as CSV.")]
    public void What_is_no_text_is_named(string start, string message)
    {
        using var folder = TestData.NewFolder();
        File.WriteAllBytes(folder["x.csv"], Encoding.Latin1.GetBytes(start));
        Assert.Equal($"{folder["x.csv"]}: {message}", Refused(() => Import(folder["x.csv"])));
    }

    private static PreparedDataset Import(string input, Stream? standardInput = null) => DatasetImport.Run(
        new ImportOptions { Format = "pairs", Input = input, HeldOutUsers = 1 }, standardInput: standardInput);

    private static void AssertPairs(PreparedDataset data)
    {
        Assert.Equal(["1", "2", "3"], data.UserIds.Order());
        Assert.Equal((4L, 0L), (data.Manifest.Import.ClicksRead, data.Manifest.Import.DuplicatesMerged));
    }

    private static string Refused(Action import) => Assert.Throws<InputException>(import).Message;

    private static byte[] Compress(string compression, string text)
    {
        var target = new MemoryStream();
        if (compression == "zip")
        {
            using var zip = new ZipArchive(target, ZipArchiveMode.Create);
            using var entry = zip.CreateEntry("clicks.tsv").Open();
            entry.Write(Encoding.UTF8.GetBytes(text));
        }
        else
        {
            using Stream compressor = compression switch
            {
                "gzip" => new GZipStream(target, CompressionLevel.Fastest),
                "bzip2" => new BZip2OutputStream(target),
                _ => new ZstdSharp.CompressionStream(target),
            };
            compressor.Write(Encoding.UTF8.GetBytes(text));
        }
        return target.ToArray();
    }

    /// <summary>A stream as from a pipe: no seeking, a few bytes at a time.</summary>
    private sealed class Pipe(byte[] bytes) : ForwardStream
    {
        private int _at;

        public override int Read(Span<byte> buffer)
        {
            int count = Math.Min(Math.Min(buffer.Length, bytes.Length - _at), 1000);
            bytes.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            return count;
        }
    }
}
