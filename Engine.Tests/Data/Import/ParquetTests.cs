using ManualVae.Data;
using ManualVae.Data.Import;
using Parquet;
using Parquet.Schema;
using Xunit;

namespace ManualVae.Tests.Data.Import;

/// <summary>Parquet files of several row groups and types.</summary>
public class ParquetTests
{
    [Fact]
    public async Task Row_groups_are_read_one_after_another()
    {
        using var folder = TestData.NewFolder();
        await Write(folder["clicks.parquet"], empty: false);
        var notes = new List<string>();
        var data = DatasetImport.Run(new ImportOptions
        {
            Input = folder["clicks.parquet"], Split = SplitKind.LeaveOneOut,
            Filters = new ClickFilters { MinRating = 2 }
        }, notes.Add);
        Assert.Contains("(format parquet): user from user_id, item from item, rating from rating, time from time", notes[0]);
        Assert.Equal(["1", "2"], data.UserIds);
        Assert.Equal(["b", "ç"], data.ItemIds);
        Assert.Equal((6L, 2L), (data.Manifest.Import.ClicksRead, data.Manifest.Import.BelowMinimumRating));
        Assert.Equal([0], data.Test!.HeldOut.RowColumns(0)); // user 1 saw b a millisecond after ç
    }

    [Fact]
    public async Task A_row_without_an_item_is_named()
    {
        using var folder = TestData.NewFolder();
        await Write(folder["clicks.parquet"], empty: true);
        var options = new ImportOptions
        {
            Format = "parquet", Input = folder["clicks.parquet"], UserColumn = "user_id",
            ItemColumn = "item"
        };
        Assert.EndsWith("clicks.parquet: row 5: the item is empty; correct the row, or leave it out (SkipBadLines).",
            Refused(options));
        Assert.EndsWith("no column 'movie'; its columns are user_id, item, rating, time.",
            Refused(options with { ItemColumn = "movie" }));
        byte[] bytes = File.ReadAllBytes(folder["clicks.parquet"]);
        File.WriteAllBytes(folder["clicks.parquet"], bytes[..^9]);
        Assert.Contains("clicks.parquet: cannot be read as Parquet", Refused(options));
    }

    [Fact]
    public async Task Bad_rows_are_left_out_as_far_as_the_import_allows()
    {
        using var folder = TestData.NewFolder();
        await Write(folder["clicks.parquet"], empty: true);
        var options = new ImportOptions { Input = folder["clicks.parquet"], Split = SplitKind.None, SkipBadLines = 1 };
        var notes = new List<string>();
        var data = DatasetImport.Run(options, notes.Add);
        Assert.Equal((5L, 1L), (data.Manifest.Import.ClicksRead, data.Manifest.Import.BadLines));
        Assert.Contains(notes, note => note.EndsWith("clicks.parquet: row 5: the item is empty", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rows_are_chosen_by_their_columns()
    {
        using var folder = TestData.NewFolder();
        await Write(folder["clicks.parquet"], empty: false);
        var options = new ImportOptions
        {
            Input = folder["clicks.parquet"], Split = SplitKind.None, Where = "user_id=1;item=b,low",
        };
        var data = DatasetImport.Run(options);
        Assert.Equal(["1"], data.UserIds);
        Assert.Equal(["b", "low"], data.ItemIds);
        Assert.Equal((3L, 3L), (data.Manifest.Import.ClicksRead, data.Manifest.Import.LeftOutByWhere));
        Assert.EndsWith("no column 'kind'; its columns are user_id, item, rating, time.",
            Refused(options with { Where = "kind=x" }));
    }

    [Fact]
    public async Task The_last_title_of_an_item_is_its_title()
    {
        using var folder = TestData.NewFolder();
        await Save(folder["clicks.parquet"], ["u", "u", "v", "v"], ["a", "b", "a", "b"], [1, 2, 3, 4],
            ["old", "B\tb", "new", null]);
        var data = DatasetImport.Run(new()
        {
            Input = folder["clicks.parquet"], Split = SplitKind.None, TitleColumn = "title",
        });
        Assert.Equal(["a", "b"], data.ItemIds);
        Assert.Equal("new|B b", string.Join('|', data.ItemTitles));
    }

    [Theory]
    [InlineData("10.25", 1)]
    [InlineData("10.5", 1)] // what happens at the moment belongs to the test
    [InlineData("10.75", 2)]
    public async Task Fractions_of_a_second_decide_where_the_test_begins(string moment, int trained)
    {
        using var folder = TestData.NewFolder();
        await Save(folder["clicks.parquet"], ["u", "v", "v"], ["a", "a", "b"], [10, 10.5, 11], [null, null, null]);
        var options = new ImportOptions
        {
            Input = folder["clicks.parquet"], Split = SplitKind.Temporal, TestFrom = moment, ValidationRatio = 0,
        };
        var data = DatasetImport.Run(options);
        Assert.Equal((trained, 3 - trained), (data.Train.EntryCount, data.Test!.HeldOut.EntryCount));
        Assert.Equal(1, DatasetImport.Run(options with { TestFrom = "10.5", TestUntil = "10.75" }).Test!.HeldOut.EntryCount);
    }

    [Theory]
    [InlineData("u\tv")]
    [InlineData("u\nv")]
    [InlineData("")]
    public async Task An_id_that_breaks_a_line_is_named(string user)
    {
        using var folder = TestData.NewFolder();
        await Save(folder["clicks.parquet"], ["u", user, "v"], ["a", "a", "a"], [1, 2, 3], [null, null, null]);
        var options = new ImportOptions { Input = folder["clicks.parquet"], Split = SplitKind.None };
        string problem = Refused(options);
        Assert.Contains("clicks.parquet: row 2: the user", problem);
        Assert.DoesNotContain('\n', problem);
        Assert.Equal(["u", "v"], DatasetImport.Run(options with { SkipBadLines = 1 }).UserIds);
    }

    private static async Task Save(string path, string[] users, string[] items, double[] times, string?[] titles)
    {
        var (user, item) = (new DataField<string>("user_id"), new DataField<string>("item"));
        var (time, title) = (new DataField<double>("time"), new DataField<string>("title"));
        await using var file = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(user, item, time, title), file);
        using var rows = writer.CreateRowGroup();
        await rows.WriteAsync(user, users);
        await rows.WriteAsync(item, items);
        await rows.WriteAsync<double>(time, times);
        await rows.WriteAsync(title, titles);
        rows.CompleteValidate();
    }

    private static string Refused(ImportOptions options) =>
        Assert.Throws<InputException>(() => DatasetImport.Run(options)).Message;

    private static async Task Write(string path, bool empty)
    {
        var (user, item) = (new DataField<long>("user_id"), new DataField<string>("item"));
        var (rating, time) = (new DataField<float>("rating"), new DataField<DateTime>("time"));
        await using var file = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(user, item, rating, time), file);
        for (int group = 0; group < 2; group++)
        {
            using var rows = writer.CreateRowGroup();
            var start = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMilliseconds(group);
            await rows.WriteAsync<long>(user, new long[] { 1, 2, 1 });
            await rows.WriteAsync(item, group == 0 ? ["ç", "b", "low"] : ["b", empty ? null : "ç", "low"]);
            await rows.WriteAsync<float>(rating, new float[] { 5, 2, 1.5f });
            await rows.WriteAsync<DateTime>(time, new[] { start, start, start });
            rows.CompleteValidate();
        }
    }
}
