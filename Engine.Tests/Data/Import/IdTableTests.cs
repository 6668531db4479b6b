using System.Globalization;
using System.Text;
using ManualVae.Data;
using ManualVae.Data.Import;
using Xunit;

namespace ManualVae.Tests.Data.Import;

/// <summary>Ids and their numbers, beside a dictionary of strings; ids that no line of a table can hold.</summary>
public class IdTableTests
{
    private static readonly string[] Spellings =
    [
        "0", "-0", "00", "7", "+7", "07", "-7", "7 ", "", "-", "999999999999999999", "1000000000000000000", "9223372036854775807",
        "9223372036854775808", "-9223372036854775808", "1e3", "é", "12345678", "123456789", "u1", "u11", "longer than eight",
    ];

    [Fact]
    public void Every_spelling_is_an_id_of_its_own()
    {
        var table = new IdTable();
        var oracle = new Dictionary<string, int>(StringComparer.Ordinal);
        var random = new Random(1);
        for (int i = 0; i < 60_000; i++)
        {
            string id = i < 200 ? Spellings[random.Next(Spellings.Length)]
                : (random.Next(3) == 0 ? "x" : "") + random.Next(-20_000, 20_000);
            Assert.Equal(oracle.TryGetValue(id, out int known) ? known : -1, table.Find(Encoding.UTF8.GetBytes(id)));
            oracle.TryAdd(id, oracle.Count);
            Assert.Equal(oracle[id], table.Intern(id));
            if (long.TryParse(id, NumberStyles.AllowLeadingSign, null, out long number) && $"{number}" == id)
                Assert.Equal(oracle[id], table.Intern(number));
        }
        Assert.Equal(oracle.Count, table.Count);
        Assert.All(oracle, pair => Assert.Equal(pair.Key, table[pair.Value]));
    }

    [Theory]
    [InlineData("10,9,07,7,-3,+7", "-3,+7,07,7,9,10")] // by value, then by text
    [InlineData("10,9,b,a,-3", "-3,10,9,a,b")]
    [InlineData("9223372036854775808,2,10", "10,2,9223372036854775808")] // beyond 64 bits
    [InlineData("9223372036854775807,2,10", "2,10,9223372036854775807")]
    public void Ids_are_in_order_of_value_or_of_text(string ids, string sorted)
    {
        var table = new IdTable();
        foreach (string id in ids.Split(',')) table.Intern(id);
        int[] ranks = table.SortedRanks();
        Assert.Equal(sorted, string.Join(',', Enumerable.Range(0, table.Count).OrderBy(i => ranks[i]).Select(i => table[i])));
    }

    [Fact]
    public void Repeats_are_found_in_a_log_of_several_blocks()
    {
        const int Users = 1000, Clicks = 9_000_000; // user and item return after 4,500,000 clicks
        var log = new ClickLog();
        for (int i = 0; i < Clicks; i++) log.Add(i % Users, i / Users % 4500);
        Assert.Equal(Clicks / 2, log.MergeDuplicates(Users, 4500));
        for (int i = 0; i < log.Count; i += 999) Assert.Equal((i % Users, i / Users), (log.Users[i], log.Items[i]));
        var matrix = log.ToMatrix(Users, 4500, [.. Enumerable.Range(0, Users)], [.. Enumerable.Range(0, 4500)]);
        Assert.Equal(Clicks / 2, matrix.EntryCount);
        Assert.All(Enumerable.Range(0, Users), user => Assert.Equal(4500, matrix.RowLength(user)));
    }

    [Theory]
    [InlineData("csv", "log.csv", "user,item\n\"u\nv\",a\nu,b\n")]
    [InlineData("csv", "log.csv", "user,item\n\"u\tv\",a\nu,b\n")]
    [InlineData("csv", "log.csv", "user,item\nu,\"a\r\nb\"\nu,b\n")]
    [InlineData("csv", "log.csv", "user\titem\nu\t\"a\tb\"\nu\tb\n")]
    [InlineData("jsonl", "log.jsonl", "{\"user\":\"u\\nv\",\"item\":\"a\\tb\"}\n{\"user\":\"u\",\"item\":\"\\u000d\"}\n")]
    [InlineData("pairs", "train.csv", "\"u\nv\",1\n2,3\n")]
    [InlineData("pairs", "train.tsv", "u\rv\t1\n2\t3\n")]
    [InlineData("pairs", "train.txt", "u\rv 1\n2 3\n")]
    [InlineData("lightgcn", "train.txt", "u\rv 1 2\n2 3 4\n")]
    [InlineData("ncf", "x.train.rating", "u\rv\t1\t1\t1\nu\t2\t1\t1\n")]
    [InlineData("msd", "train_triplets.txt", "u\rv\tS\t1\nu\tS\t1\n")]
    [InlineData("movielens-1m", "ratings.dat", "u\rv::1::5::1\nu::2::5::1\n")]
    [InlineData("movielens", "ratings.csv", "userId,movieId,rating,timestamp\n\"u\nv\",1,5,1\n\"u\",\"1\n\",5,1\n")]
    [InlineData("netflix", "mv_1.txt", "a\rb:\nu\rv,5,2005-01-01\n")]
    [InlineData("steam-200k", "steam-200k.csv", "1,\"a\nb\",purchase,1.0,0\n1,\"c\",play,1.0,0\n")]
    [InlineData("citeulike", "users.dat", "1 a\rb\n2 c d\n")]
    [InlineData("mind", "behaviors.tsv", "1\tU1\tt\tN1\rN2 N3\tN4\r5-1 N5-0\n")]
    public void No_reader_makes_a_dataset_that_cannot_be_opened(string format, string file, string text)
    {
        using var folder = TestData.NewFolder();
        folder.Write($"in/{file}", text);
        bool named = format is "csv" or "jsonl";
        try
        {
            var data = DatasetImport.Run(new()
            {
                Format = format, Input = named ? folder["in", file] : folder["in"], Split = SplitKind.None,
                UserColumn = named ? "user" : null, ItemColumn = named ? "item" : null,
            }).Save(folder["out"]);
            var opened = PreparedDataset.Open(folder["out"]);
            Assert.Equal(data.UserIds, opened.UserIds);
            Assert.Equal(data.ItemIds, opened.ItemIds);
        }
        catch (InputException problem)
        {
            Assert.DoesNotContain('\n', problem.Message);
            Assert.DoesNotContain('\r', problem.Message);
        }
    }
}
