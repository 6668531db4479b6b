using System.IO.Compression;
using ManualVae.Data;
using ManualVae.Data.Import;
using Xunit;

namespace ManualVae.Tests.Data.Import;

/// <summary>Lines without an end are refused before they are gathered.</summary>
public sealed class LineLimitTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(LineLimitStream.Longest, '\n', true)]
    [InlineData(LineLimitStream.Longest, '\r', true)]
    [InlineData(LineLimitStream.Longest + 1, '\n', false)]
    public void The_longest_line_is_read_and_a_longer_one_refused(int length, char end, bool isRead)
    {
        byte[] text = new byte[length + 12];
        text.AsSpan().Fill((byte)'a');
        text[4] = text[^7] = (byte)end; // 4, length and 6 letters
        foreach (int piece in (int[])[text.Length, 1 << 18, 999_983])
        {
            using var stream = new LineLimitStream(new MemoryStream(text), "log.csv");
            var read = () =>
            {
                var buffer = new byte[piece];
                int all = 0;
                for (int count; (count = stream.Read(buffer)) > 0; all += count)
                    Assert.True(text.AsSpan(all, count).SequenceEqual(buffer.AsSpan(0, count)));
                return all;
            };
            if (isRead) Assert.Equal(text.Length, read());
            else Assert.StartsWith($"log.csv:2: ", Assert.Throws<InputException>(() => read()).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("csv", "user,item\n", 'a', 0)]
    [InlineData("csv", "user,item\n", ',', 3)]
    [InlineData("csv", "user,item\n\"", '"', 0)]
    [InlineData("pairs", "1\t2\n", '3', 0)]
    [InlineData("jsonl", "{\"user\": 1, \"item\": 2}\n", '[', 3)]
    public void A_packed_line_without_an_end_is_refused_in_little_memory(string format, string start, char letter, int skipped)
    {
        string file = _folder["log.gz"];
        using (var stream = new GZipStream(File.Create(file), CompressionLevel.Fastest))
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes(start));
            byte[] piece = new byte[1 << 20];
            piece.AsSpan().Fill((byte)letter);
            for (int i = 0; i < 64; i++) stream.Write(piece);
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        var problem = Assert.Throws<InputException>(() => DatasetImport.Run(new()
        {
            Format = format, Input = file, Split = SplitKind.None, SkipBadLines = skipped,
            UserColumn = format == "pairs" ? null : "user", ItemColumn = format == "pairs" ? null : "item",
        }));
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal($"{file}:2: the line has more than 16 MB and no end; is this the right file, and a text?", problem.Message);
        Assert.True(taken < 128 << 20, $"{taken >> 20} MB");
    }
}
