using ManualVae.Data;
using ManualVae.Data.Import;
using Xunit;

namespace ManualVae.Tests.Data.Import;

/// <summary>When clicks happened: numbers with fractions, repeated pairs, dates as logs write them.</summary>
public class TimeTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();
    private readonly List<string> _notes = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a", "1.0", "late", "5.9", "early", "5.1")]
    [InlineData("a", "0.25", "late", "0.7500000001", "early", "0.75")]
    [InlineData("a", "-3.5", "late", "-1.25", "early", "-1.5")]
    [InlineData("a", "5", "late", "1.7e9", "early", "1699999999.5")]
    [InlineData("a", "1577836800000000001", "late", "1577836800000000003", "early", "1577836800000000002")]
    [InlineData("a", "2020-01-01", "late", "2020-01-02T00:00:00.7Z", "early", "2020-01-02T00:00:00.3Z")]
    [InlineData("a", "2020-01-01 10:00:00 UTC", "late", "2020-01-01 10:00:02 UTC", "early", "2020-01-01 10:00:01 UTC")]
    [InlineData("a", "Tue Apr 03 18:00:09 +0000 2012", "late", "Wed Apr 04 01:00:00 +0200 2012", "early",
        "Tue Apr 03 22:00:00 +0000 2012")]
    [InlineData("a", "Tue Apr  3 18:00:09 2012", "late", "Wed Apr  4 01:00:00 2012", "early", "Tue Apr  3 22:00:00 2012")]
    [InlineData("a", "17.03.2021 14:56", "late", "02.04.2021 8:00", "early", "31.03.2021 23:59")]
    [InlineData("a", "17/03/2021 14:56", "late", "02/04/2021", "early", "01/04/2021")]
    [InlineData("a", "3/17/2021 2:56 PM", "late", "4/2/2021 1:00 PM", "early", "4/2/2021 11:00 AM")]
    [InlineData("a", "2021/03/17", "late", "2021/04/02", "early", "2021/04/01")]
    [InlineData("a", "10/Oct/2000:13:55:36 -0700", "late", "11/Oct/2000:13:55:36 -0700", "early", "11/Oct/2000:19:55:36 +0000")]
    [InlineData("a", "\"01 9, 2014\"", "late", "\"09 13, 2014\"", "early", "\"02 1, 2014\"")]
    [InlineData("a", "\"Mar 17, 2021, 2:56 PM\"", "late", "\"Apr 2, 2021, 1:00 PM\"", "early", "\"Apr 2, 2021, 11:00 AM\"")]
    public void The_last_click_is_the_latest_by_the_time_as_it_is_written(
        string a, string at, string b, string bt, string c, string ct)
    {
        var data = Import($"user,item,time\nu,{a},{at}\nu,{b},{bt}\nu,{c},{ct}\n", SplitKind.LeaveOneOut);
        Assert.Equal("late", TestItem(data));
        Assert.Equal([Array.IndexOf(data.ItemIds, "early")], data.Validation!.HeldOut.RowColumns(0));
    }

    [Fact]
    public void A_repeated_pair_counts_at_its_earliest_time_whatever_the_order_of_lines()
    {
        string[] lines = ["u,a,9", "u,a,1", "u,b,2", "u,c,3"];
        for (int shift = 0; shift < lines.Length; shift++)
        {
            string text = string.Join('\n', ["user,item,time", .. lines[shift..], .. lines[..shift]]);
            Assert.Equal("c", TestItem(Import(text, SplitKind.LeaveOneOut)));
            Assert.Equal("c", TestItem(Import(text.Replace(",1", ",1.5"), SplitKind.LeaveOneOut)));
        }
    }

    [Theory]
    [InlineData(SplitKind.LeaveOneOut, "i / 50")]
    [InlineData(SplitKind.LeaveKOut, "i / 50")]
    [InlineData(SplitKind.Ratio, "i / 50")]
    [InlineData(SplitKind.Temporal, "i / 50")]
    [InlineData(SplitKind.Temporal, "i * 0.001")]
    [InlineData(SplitKind.LeaveOneOut, null)]
    [InlineData(SplitKind.Ratio, null)]
    public void A_shuffled_log_is_divided_as_the_sorted_one(SplitKind split, string? time)
    {
        var random = new Random(7);
        string[] lines = [.. Enumerable.Range(0, 900).Select(i => $"u{random.Next(60)},i{random.Next(12)}"
            + time switch { null => "", "i / 50" => $",{i / 50}", _ => $",{i * 0.001}" })];
        string header = time is null ? "user,item\n" : "user,item,time\n";
        var sorted = Import(header + string.Join('\n', lines), split, times: time is not null);
        random.Shuffle(lines);
        var shuffled = Import(header + string.Join('\n', lines), split, times: time is not null);
        Assert.Equal(sorted.UserIds, shuffled.UserIds);
        Assert.Equal(sorted.ItemIds, shuffled.ItemIds);
        Samples.AssertEqual(sorted.Train, shuffled.Train);
        Samples.AssertEqual(sorted.Validation, shuffled.Validation);
        Samples.AssertEqual(sorted.Test, shuffled.Test);
    }

    [Fact]
    public void A_validation_part_is_carved_by_times_with_fractions()
    {
        _folder.Write("in/x.train.rating", "1\t10\t1\t5.9\n1\t20\t1\t5.1\n2\t10\t1\t3\n");
        _folder.Write("in/x.test.rating", "1\t30\t1\t9\n");
        var data = DatasetImport.Run(new ImportOptions { Format = "ncf", Input = _folder["in"], CarveValidation = "one" });
        Assert.Equal([Array.IndexOf(data.ItemIds, "10")], data.Validation!.HeldOut.RowColumns(0));
    }

    [Theory]
    [InlineData(SplitKind.LeaveOneOut, 2)]
    [InlineData(SplitKind.Temporal, 2)]
    public void Clicks_at_one_time_are_counted_for_the_seed_decides(SplitKind split, int ties)
    {
        var data = Import("user,item,time\nu,a,5\nu,b,5\nu,c,5\nv,a,1\nv,b,2\nv,c,3\n", split);
        Assert.Contains($"{ties} held-out clicks share their time with a click before them; the seed decided", _notes);
        Assert.Equal(98765u, data.Manifest.Seed);
    }

    [Fact]
    public void Each_of_the_clicks_at_the_last_time_is_held_out_about_as_often()
    {
        string log = string.Concat(Enumerable.Range(0, 3000).Select(u => $"{u},a,5\n{u},b,5\n{u},c,5\n{u},d,4\n"));
        var data = Import("user,item,time\n" + log, SplitKind.LeaveOneOut);
        int[] heldOut = data.Test!.HeldOut.ColumnCounts();
        Assert.Equal(0, heldOut[3]);
        Assert.All(heldOut[..3], count => Assert.InRange(count, 890, 1110)); // 1000, four standard deviations of 26
    }

    [Fact]
    public void The_training_file_of_NCF_keeps_its_order_of_lines()
    {
        foreach (string last in new[] { "10", "20", "30" })
        {
            string[] items = [.. new[] { "10", "20", "30" }.Where(item => item != last), last];
            _folder.Write("in/x.train.rating", string.Concat(items.Select(item => $"1\t{item}\t1\t5\n")));
            _folder.Write("in/x.test.rating", "1\t40\t1\t9\n");
            var data = DatasetImport.Run(new ImportOptions { Format = "ncf", Input = _folder["in"], CarveValidation = "one" });
            Assert.Equal(last, data.ItemIds[data.Validation!.HeldOut.RowColumns(0)[0]]);
            Assert.Null(data.Manifest.Seed);
        }
    }

    [Theory]
    [InlineData("9")]
    [InlineData("9.5")]
    public void Merged_parts_keep_their_times(string testTime)
    {
        _folder.Write("in/train.tsv", "1\ta\t5\t1\n1\tb\t5\t2\n1\tc\t5\t3\n");
        _folder.Write("in/test.tsv", $"1\td\t5\t{testTime}\n");
        var data = DatasetImport.Run(new ImportOptions
        {
            Format = "pairs", Input = _folder["in"], Split = SplitKind.LeaveKOut, HeldOutClicks = 1,
        });
        Assert.Equal("d", TestItem(data));
    }

    [Fact]
    public void A_carved_validation_part_does_not_depend_on_the_order_of_lines()
    {
        string[] lines = [.. Enumerable.Range(0, 60).Select(i => $"{i % 6}\t{i * 7 % 60}")];
        var data = new List<PreparedDataset>();
        foreach (int seed in new[] { 1, 2 })
        {
            new Random(seed).Shuffle(lines);
            _folder.Write("in/train.tsv", string.Join('\n', lines));
            _folder.Write("in/test.tsv", "0\t59\n");
            data.Add(DatasetImport.Run(new ImportOptions { Format = "pairs", Input = _folder["in"], CarveValidation = "one" }));
        }
        Samples.AssertEqual(data[0].Train, data[1].Train);
        Samples.AssertEqual(data[0].Validation, data[1].Validation);
    }

    [Theory]
    [InlineData("2019-Oct.csv", "event_time,event_type,product_id,user_id\n", "{0},view,{1},u\n",
        "2019-10-01 00:00:00 UTC", "2019-10-01 00:00:02 UTC", "2019-10-01 00:00:01 UTC")]
    [InlineData("events.csv", "timestamp,visitorid,event,itemid,transactionid\n", "{0},u,view,{1},\n",
        "1433221332117", "1433221332119", "1433221332118")]
    [InlineData("dataset_TSMC2014_NYC.txt", "",
        "470\t{1:000000000000000000000000}\t4bf58dd8d48988d127951735\tx\t40.7\t-74.0\t-240\t{0}\n",
        "Tue Apr 03 18:00:09 +0000 2012", "Tue Apr 03 18:00:25 +0000 2012", "Tue Apr 03 20:00:10 +0200 2012")]
    [InlineData("dataset_TIST2015_Checkins.txt", "", "470\t{1:000000000000000000000000}\t{0}\t240\n",
        "Tue Apr 03 18:00:06 +0000 2012", "Wed Apr 04 01:00:00 +0000 2012", "Tue Apr 03 23:00:06 +0000 2012")]
    [InlineData("loc-gowalla_totalCheckins.txt", "", "0\t{0}\t30.2\t-97.7\t{1}\n",
        "2010-10-17T23:55:27Z", "2010-10-19T23:55:27Z", "2010-10-18T22:17:43Z")]
    [InlineData("yoochoose-clicks.dat", "", "1,{0},{1},0\n",
        "2014-04-07T10:51:09.277Z", "2014-04-07T10:51:09.614Z", "2014-04-07T10:51:09.300Z")]
    [InlineData("behaviors.tsv", "", "1\tU1\t{0}\tN7 N8\tN{1}-1 N35729-0\n",
        "11/11/2019 9:05:58 AM", "2/3/2020 1:00:00 AM", "12/1/2019 6:11:30 PM")]
    [InlineData("goodreads.json", "", "{{\"user_id\":\"u\",\"book_id\":\"{1}\",\"rating\":5,\"date_added\":\"{0}\"}}\n",
        "Fri Apr 28 00:00:00 -0700 2017", "Sat Apr 29 00:00:00 -0700 2017", "Fri Apr 28 18:00:00 -0700 2017")]
    public void Published_layouts_are_divided_by_their_times_without_a_format(string file, string header, string line,
        string first, string latest, string middle)
    {
        string text = header + string.Concat(new[] { (first, 1), (latest, 3), (middle, 2) }.Select(click =>
            string.Format(null, line, click.Item1, click.Item2)));
        var data = DatasetImport.Run(new() { Input = _folder.Write(file, text), Split = SplitKind.LeaveOneOut }, _notes.Add);
        Assert.EndsWith("3", TestItem(data));
        Assert.EndsWith("2", data.ItemIds[data.Validation!.HeldOut.RowColumns(0)[0]]);
    }

    [Fact]
    public void A_history_of_MIND_comes_before_all_impressions_in_its_order()
    {
        string path = _folder.Write("behaviors.tsv", "1\tU1\t11/11/2019 9:05:58 AM\tN9 N7 N8\tN1-0\n"
            + "2\tU2\t11/11/2019 9:05:58 AM\tN9 N7\tN8-1\n");
        var data = DatasetImport.Run(new() { Input = path, Split = SplitKind.LeaveOneOut }, _notes.Add);
        Assert.Equal(["N8", "N8"], Enumerable.Range(0, 2).Select(user => data.ItemIds[data.Test!.HeldOut.RowColumns(user)[0]]));
        Assert.Equal("N9", data.ItemIds[data.Train.RowColumns(0)[0]]);
        Assert.Contains(_notes, note => note.EndsWith("have no times; they count before all impressions"));
    }

    [Fact]
    public void A_bad_line_is_counted_once_although_dates_are_looked_up_ahead()
    {
        string path = _folder.Write("log.jsonl", "{\"user\":\"u\",\"item\":\"early\",\"time\":\"12/03/2000\"}\n"
            + "{\"user\":\n[3]\n{\"user\":\"u\",\"item\":\"late\",\"time\":\"25/04/2000\"}\n");
        var options = new ImportOptions { Input = path, Split = SplitKind.LeaveOneOut, SkipBadLines = 2 };
        var data = DatasetImport.Run(options, _notes.Add);
        Assert.Equal((2L, "late"), (data.Manifest.Import.BadLines, TestItem(data)));
        Assert.Single(_notes, note => note.Contains("log.jsonl:2: is no JSON object"));
        Assert.Contains("log.jsonl:3: is no JSON object",
            Assert.Throws<InputException>(() => DatasetImport.Run(options with { SkipBadLines = 1 })).Message);
    }

    [Fact]
    public void A_bad_line_before_the_date_that_shows_the_order_is_left_out_too()
    {
        string path = _folder.Write("log.csv", "user,item,time\nu,early,12/03/2000\nu,\"x\"y,1\nu,late,25/04/2000\n");
        var data = DatasetImport.Run(new() { Input = path, Split = SplitKind.LeaveOneOut, SkipBadLines = 1 });
        Assert.Equal((1L, "late"), (data.Manifest.Import.BadLines, TestItem(data)));
    }

    [Theory]
    [InlineData("dd/MM/yyyy", "late")]
    [InlineData("%d/%m/%Y", "late")]
    [InlineData("MM/dd/yyyy", "early")]
    public void A_pattern_says_whether_the_day_comes_first(string pattern, string last)
    {
        const string text = "user,item,time\nu,early,12/03/2000\nu,late,03/04/2000\n";
        Assert.Equal(last, TestItem(Import(text, SplitKind.LeaveOneOut, pattern)));
        var problem = Assert.Throws<InputException>(() => Import(text, SplitKind.LeaveOneOut));
        Assert.Contains("log.csv:2: '12/03/2000' may begin with the day or the month", problem.Message);
        Assert.Contains("TimeFormat", problem.Message);
    }

    [Fact]
    public void A_line_of_the_file_can_say_whether_the_day_comes_first()
    {
        var data = Import("user,item,time\nu,early,12/03/2000\nu,late,03/04/2000\nu,b,25/01/2000\n", SplitKind.LeaveOneOut);
        Assert.Equal("late", TestItem(data));
        Assert.Contains(_notes, note => note.Contains("log.csv:4: '25/01/2000' shows that dates begin with the day"));
    }

    [Theory]
    [InlineData("10:30")]
    [InlineData("yesterday")]
    [InlineData("31/31/2000")]
    public void What_is_no_date_is_refused_with_its_line(string time)
    {
        var problem = Assert.Throws<InputException>(() => Import($"user,item,time\nu,a,{time}\n", SplitKind.LeaveOneOut));
        Assert.Contains($"log.csv:2: the time '{time}'", problem.Message);
    }

    private static string TestItem(PreparedDataset data) => data.ItemIds[data.Test!.HeldOut.RowColumns(0)[0]];

    private PreparedDataset Import(string text, SplitKind split, string? pattern = null, bool times = true) =>
        DatasetImport.Run(new ImportOptions
        {
            Format = "csv", Input = _folder.Write("log.csv", text), UserColumn = "user", ItemColumn = "item",
            TimeColumn = times ? "time" : null, Split = split, TimeFormat = pattern,
        }, _notes.Add);
}
