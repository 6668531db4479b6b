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
        Assert.EndsWith("clicks.parquet: row 5: the item is empty; leave the row out.", Refused(options));
        Assert.EndsWith("no column 'movie'; its columns are user_id, item, rating, time.",
            Refused(options with { ItemColumn = "movie" }));
        byte[] bytes = File.ReadAllBytes(folder["clicks.parquet"]);
        File.WriteAllBytes(folder["clicks.parquet"], bytes[..^9]);
        Assert.Contains("clicks.parquet: cannot be read as Parquet", Refused(options));
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
