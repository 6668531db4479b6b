using System.Text;
using ManualVae.Data;
using ManualVae.Data.Import;
using Xunit;

namespace ManualVae.Tests.Data.Import;

/// <summary>Text in other encodings than UTF-8, in every reader: ids and titles come out as they are.</summary>
public class EncodingTests : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(false);

    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string, string> Readers => new()
    {
        { "csv", "log.csv", "user,item\nJosé,ä\nJosé,b\nAnn,ä\nJosè,ä\n" },
        { "pairs", "train.tsv", "José\tä\nJosé\tb\nAnn\tä\nJosè\tä\n" },
        { "lightgcn", "train.txt", "José ä b\nAnn ä\nJosè ä\n" },
        { "ncf", "train.tsv", "José\tä\nJosé\tb\nAnn\tä\nJosè\tä\n" },
        { "netflix", "combined_data_1.txt",
            "ä:\nJosé,5,2005-01-01\nAnn,4,2005-01-01\nJosè,4,2005-01-01\nb:\nJosé,3,2005-01-02\n" },
        { "movielens-1m", "ratings.dat", "José::ä::5::1\nJosé::b::5::2\nAnn::ä::5::3\nJosè::ä::5::3\n" },
        { "movielens", "ratings.csv",
            "userId,movieId,rating,timestamp\nJosé,ä,5,1\nJosé,b,5,2\nAnn,ä,5,3\nJosè,ä,5,4\n" },
        { "jsonl", "log.jsonl", """
            {"user":"José","item":"ä"}
            {"user":"José","item":"b"}
            {"user":"Ann","item":"ä"}
            {"user":"Josè","item":"ä"}

            """ },
        { "msd", "train_triplets.txt", "José\tä\t1\nJosé\tb\t1\nAnn\tä\t1\nJosè\tä\t2\n" },
    };

    public static IEnumerable<object[]> ReadersAndEncodings =>
        from row in Readers
        from encoding in new[] { "utf-8", "utf-8 with mark", "latin1", "utf-16", "utf-16be", "utf-32", "utf-32be" }
        select new object[] { row[0], row[1], row[2], encoding };

    [Theory]
    [MemberData(nameof(ReadersAndEncodings))]
    public void Every_reader_takes_Latin1_and_marks_and_keeps_ids_apart(string format, string file, string text, string name)
    {
        Encoding encoding = name switch
        {
            "utf-8" => Utf8,
            "utf-8 with mark" => new UTF8Encoding(true),
            "latin1" => Encoding.Latin1,
            "utf-16" => Encoding.Unicode,
            "utf-16be" => Encoding.BigEndianUnicode,
            "utf-32" => Encoding.UTF32,
            _ => new UTF32Encoding(true, true),
        };
        var source = Source(format, file, [.. encoding.GetPreamble(), .. encoding.GetBytes(text)]);
        Assert.Equal(["Ann", "Josè", "José"], Ids(source.Users).Order(StringComparer.Ordinal));
        Assert.Equal(["ä", "b"], Ids(source.Items));
        Assert.Equal(4, source.Train.Count);
        Assert.Equal(name == "latin1", source.Files.Text.Notes.Any(note =>
            note.Contains("is not UTF-8; the file is read as Latin-1")));
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public void An_encoding_can_be_named(string format, string file, string text)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(437)!; // é is byte 130, which is no letter in Latin-1
        Assert.Contains("José", Ids(Source(format, file, encoding.GetBytes(text), "cp437").Users));
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public void Bytes_that_are_no_text_in_the_encoding_named_are_refused(string format, string file, string text)
    {
        var problem = Assert.Throws<InputException>(() => Source(format, file, Encoding.Latin1.GetBytes(text), "utf-8"));
        Assert.Contains($"{file}:", problem.Message);
        Assert.Contains("check Encoding", problem.Message);
    }

    [Fact]
    public void An_unknown_encoding_is_refused() => Assert.Contains("Encoding klingon: unknown",
        Assert.Throws<InputException>(() => Source("pairs", "train.tsv", [65], "klingon")).Message);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Titles_are_read_in_their_own_encoding(bool latin1)
    {
        _folder.Write("in/ratings.dat", "1::20::5::100\n2::20::4::100\n");
        File.WriteAllBytes(_folder["in", "movies.dat"], (latin1 ? Encoding.Latin1 : Utf8).GetBytes(
            "20::Misérables, Les (1995)::Drama\n30::odd\n40::A::B (2000)::Drama\n"));
        var source = ClickFormats.Read(new ImportOptions { Format = "movielens-1m", Input = _folder["in"] },
            new SourceFiles(null, default));
        Assert.Equal(("Misérables, Les (1995)", "Drama"), source.Descriptions["20"]);
        Assert.Equal(("A::B (2000)", "Drama"), source.Descriptions["40"]);
    }

    [Fact]
    public void A_character_across_the_reader_s_buffer_is_still_UTF8()
    {
        for (int lead = 0; lead < 4; lead++)
        {
            string text = new string('x', lead) + string.Concat(Enumerable.Repeat("é€😀\n", 5_000));
            using var stream = new Utf8CheckStream(new MemoryStream(Utf8.GetBytes(text)), "x");
            var buffer = new byte[4093];
            long total = 0;
            for (int read; (read = stream.Read(buffer)) > 0;) total += read;
            Assert.Equal(Utf8.GetByteCount(text), total);
        }
        foreach (byte[] bad in new byte[][]
        {
            [65, 10, 0xe9], [65, 10, 0xe9, 66], [65, 10, 0xff], [65, 10, 0xc3, 0x28], [65, 10, 0x80],
        })
            foreach (int size in new[] { 1, 2, 3, 64 })
            {
                using var stream = new Utf8CheckStream(new MemoryStream(bad), "x");
                var buffer = new byte[size];
                var found = Assert.Throws<NotUtf8Exception>(() => { while (stream.Read(buffer) > 0) { } });
                Assert.Equal(2, found.Line);
            }
    }

    [Fact]
    public void UTF16_without_a_mark_is_named()
    {
        byte[] bytes = Encoding.Unicode.GetBytes("1\t2\n2\t3\n");
        var problem = Assert.Throws<InputException>(() => Source("pairs", "train.tsv", bytes));
        Assert.Contains("train.tsv: holds zero bytes", problem.Message);
        Assert.Equal(2, Source("pairs", "train.tsv", bytes, "utf-16").Train.Count);
    }

    private static IEnumerable<string> Ids(IdTable ids) => Enumerable.Range(0, ids.Count).Select(id => ids[id]);

    private ClickSource Source(string format, string file, byte[] bytes, string? encoding = null)
    {
        Directory.CreateDirectory(_folder["in"]);
        File.WriteAllBytes(_folder["in", file], bytes);
        string? column = format is "csv" or "jsonl" ? "user" : null;
        return ClickFormats.Read(new ImportOptions
        {
            Format = format, Input = column is not null ? _folder["in", file] : _folder["in"], Encoding = encoding,
            UserColumn = column, ItemColumn = column is null ? null : "item",
        }, new SourceFiles(null, default));
    }
}
