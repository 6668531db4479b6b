using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Data;

public sealed class AlignedDatasetTests
{
    [Fact]
    public void Columns_move_with_their_values_and_stay_in_order()
    {
        var matrix = new CsrMatrix(4, [0, 3, 3, 5], [0, 1, 3, 2, 3], [1, 2, 3, 4, 5]);
        var mapped = matrix.MapColumns(5, [4, -1, 3, 0]);
        Assert.Equal((3, 5), (mapped.Rows, mapped.Columns));
        Assert.Equal([0L, 2, 2, 4], mapped.RowOffsets.ToArray());
        Assert.Equal([0, 4, 0, 3], mapped.ColumnIndices.ToArray());
        Assert.Equal([3f, 1, 5, 4], mapped.Values.ToArray());
    }

    [Fact]
    public void Items_are_matched_by_id_and_unknown_ones_come_last_or_go()
    {
        var data = Samples.Weak(); // items 0 to 5
        var known = new ItemList(["5", "x", "0", "1"], ["five", null, null, null]);
        var kept = AlignedDataset.Of(data, known);
        Assert.Equal(["5", "x", "0", "1", "2", "3", "4"], kept.Data.ItemIds);
        Assert.Equal(["2", "3", "4"], kept.Unknown);
        Assert.Equal("five", kept.Data.ItemTitles[0]);
        Assert.Equal((data.ManifestHash, data.Directory), (kept.Data.ManifestHash, kept.Data.Directory));
        var without = AlignedDataset.Of(data, known, keepUnknown: false);
        Assert.Equal(["5", "x", "0", "1"], without.Data.ItemIds);
        foreach (var (before, after, least) in new[]
        {
            (data.Train, kept.Data.Train, without.Data.Train),
            (data.Test!.HeldOut, kept.Data.Test!.HeldOut, without.Data.Test!.HeldOut),
            (data.Test.FoldIn, kept.Data.Test.FoldIn, without.Data.Test.FoldIn),
            (data.Test.Candidates!, kept.Data.Test.Candidates!, without.Data.Test.Candidates!),
        })
            for (int user = 0; user < 4; user++)
            {
                string[] ids = Ids(before, data);
                Assert.Equal(ids, Ids(after, kept.Data));
                Assert.Equal(ids.Where(known.Ids.Contains), Ids(least, without.Data));

                string[] Ids(CsrMatrix clicks, PreparedDataset of) =>
                    [.. clicks.RowColumns(user).ToArray().Select(item => of.ItemIds[item]).Order(StringComparer.Ordinal)];
            }
    }
}
