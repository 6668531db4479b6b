using ManualVae.Data;
using ManualVae.Data.Attributes;
using ManualVae.Data.Import;
using Xunit;

namespace ManualVae.Tests.Data.Attributes;

/// <summary>Attributes of real datasets.</summary>
public class RealAttributeTests
{
    [FactWithData("ml-1m", "ncf-ml-1m")]
    public void Of_3706_rated_films_OMDb_knows_3704()
    {
        var data = DatasetImport.Run(new ImportOptions
        {
            Format = "pairs", Input = TestData.PathOf("ml-1m", "interactions.tsv.gz"), Split = SplitKind.None,
            Items = TestData.PathOf("ml-1m", "movies.dat.gz"),
        });
        string[] files = [TestData.PathOf("ml-1m", "movies.dat.gz"), TestData.PathOf("ml-1m", "movies_extrainfos.dat.gz")];
        var known = AttributeImport.Add(data, new() { ItemFeatures = files });
        Assert.Equal(["genres", "year", "rated", "directors", "writers", "actors", "plot"], known.Attributes.Select(a => a.Name));
        Assert.Equal(3706, known.Attributes[0].Values.Rows);
        Assert.Equal([3706, 3706, 3704], known.Attributes.Take(3).Select(a => a.KnownItems));
        Assert.Equal((18, 10, 1000), (known.Attributes[0].Features.Length, known.Attributes[1].Features.Length,
            known.Attributes[6].Features.Length));
        int toy = Array.IndexOf(known.ItemIds, "1");
        Assert.Equal("Toy Story (1995)", known.ItemTitles[toy]);
        Assert.Contains("John Lasseter", AttributeSamples.Rows(known, "directors", '|')[toy]);
        Assert.Contains("Tom Hanks|Tim Allen", AttributeSamples.Rows(known, "actors", '|')[toy]);
        // The genres of the file are those that the dataset has without it.
        Assert.Equal(AttributeSamples.Rows(data, "genres"), AttributeSamples.Rows(known, "genres"));

        var ncf = DatasetImport.Run(new ImportOptions { Input = TestData.PathOf("ncf-ml-1m") });
        ncf = AttributeImport.Add(ncf, new() { ItemFeatures = files, ItemMap = TestData.PathOf("ncf-ml-1m", "item_map.tsv.gz") });
        Assert.Equal(3704, ncf.Attributes.Single(a => a.Name == "rated").KnownItems);
        Assert.Equal(AttributeSamples.Rows(known, "actors", '|')[Array.IndexOf(known.ItemIds, "1193")],
            AttributeSamples.Rows(ncf, "actors", '|')[Array.IndexOf(ncf.ItemIds, "0")]); // item 0 is film 1193
    }
}
