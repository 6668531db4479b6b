using System.Text;
using ManualVae.Data;
using ManualVae.Data.Import;
using Xunit;

namespace ManualVae.Tests.Data.Import;

/// <summary>Files with bytes changed, cut, doubled and put in: read, or refused with the name of the file.</summary>
public class MutatedInputTests
{
    public static TheoryData<string, string, string> Files => new()
    {
        { "movielens-100k", "u.data", "1\t10\t5\t100\n1\t20\t3\t101\n2\t10\t4\t102\n" },
        { "movielens-1m", "ratings.dat", "1::10::5::100\n1::20::3::101\n2::10::4::102\n" },
        { "movielens", "ratings.csv", "userId,movieId,rating,timestamp\n1,10,5,100\n1,\"20\",3.5,101\n2,é,4,102\n" },
        { "msd", "train_triplets.txt", "a\tx\t1\na\ty\t2\nb\tx\t3\n" },
        { "lightgcn", "train.txt", "0 10 20 30\n1 20\n2\n3 40 50\n" },
        { "netflix", "combined_data_1.txt", "1:\n7,5,2005-09-06\n8,3,2005-09-07\n2:\n7,4,2005-09-08\n" },
        { "ncf", "a.test.negative", "(0,1)\t2\t3\n(1,2)\t4\t5\n" },
        { "pairs", "train.tsv", "1;10;5;17.03.2021 14:56\n1;20;4;18.03.2021\n2;10;3;19.03.2021\n" },
        { "csv", "log.csv",
            "user;\"item\";time\n1;\"a;b\";03/04/2021\né;c;13/04/2021 12:00\n2;c;Tue Apr 03 18:00:09 +0000 2012\n" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_mutated_file_is_read_or_refused(string format, string file, string text)
    {
        using var folder = TestData.NewFolder();
        Directory.CreateDirectory(folder["in"]);
        if (format == "ncf") folder.Write("in/train.tsv", "0\t1\n1\t2\n");
        var random = new Random(11);
        for (int trial = 0; trial < 250; trial++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            for (int change = random.Next(1, 4); change > 0; change--) bytes = Mutate(bytes, random);
            File.WriteAllBytes(folder["in", file], bytes);
            bool csv = format == "csv";
            var options = new ImportOptions
            {
                Format = format, Input = csv ? folder["in", file] : folder["in"], UserColumn = csv ? "user" : null,
                ItemColumn = csv ? "item" : null, TimeColumn = csv ? "time" : null, SkipBadLines = trial % 3,
            };
            try
            {
                ClickFormats.Read(options, new SourceFiles(null, default));
            }
            catch (InputException problem)
            {
                Assert.Contains(file, problem.Message);
                Assert.DoesNotContain('\n', problem.Message);
            }
        }
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        int at = random.Next(bytes.Length + 1), rest = bytes.Length - at;
        byte[] put = random.Next(6) switch
        {
            0 => [(byte)random.Next(256)],
            1 => [0xff, 0xfe],
            2 => [0xff, 0xfe, 0, 0],
            3 => Encoding.UTF8.GetBytes("\""),
            4 => Encoding.UTF8.GetBytes("\n"),
            _ => bytes[..random.Next(bytes.Length + 1)],
        };
        return random.Next(5) switch
        {
            0 => [.. bytes[..at], .. put, .. bytes[at..]],
            1 => [.. put, .. bytes],
            2 => [.. bytes[..at], .. put, .. bytes[(at + Math.Min(put.Length, rest))..]],
            3 => bytes[..at],
            _ => [.. bytes[..at], .. bytes[(at + Math.Min(1, rest))..]],
        };
    }
}
