using System.IO.Compression;
using System.Security.Cryptography;
using ManualVae.Data;
using ManualVae.Data.Import;
using Xunit;

namespace ManualVae.Tests.Data.Import;

/// <summary>Real data: the published splits come out to the last bit, and the published counts.</summary>
public class PublishedSplitTests
{
    private static readonly string[] ProSgFiles =
        ["unique_sid.txt", "unique_uid.txt", "train.csv", "validation_tr.csv", "validation_te.csv", "test_tr.csv", "test_te.csv"];

    [FactWithData("ml-1m-strong", "diffrec-ml-1m-clean")]
    public void TheStrongSplitOfMovieLens1MComesOutBitForBit()
    {
        var data = DatasetImport.Run(new ImportOptions
        {
            Format = "pairs",
            Input = TestData.PathOf("diffrec-ml-1m-clean"),
            Split = SplitKind.Strong,
            HeldOutUsers = 500,
            Filters = new ClickFilters { MinimumUserClicks = 5 },
        });
        Assert.Equal((5949, 4949, 500, 500, 2810), (data.Manifest.Counts.Users, data.Manifest.Counts.TrainUsers,
            data.Manifest.Counts.ValidationUsers, data.Manifest.Counts.TestUsers, data.Manifest.Counts.Items));
        Assert.Equal(473_174, data.Manifest.Counts.TrainClicks);
        using var folder = TestData.NewFolder();
        ProSgFolder.Write(data.Save(folder["data"]), folder["out"], positions: true);
        foreach (string file in ProSgFiles)
        {
            using var published = new GZipStream(File.OpenRead(TestData.PathOf("ml-1m-strong", file + ".gz")), CompressionMode.Decompress);
            using var ours = File.OpenRead(folder["out", file]);
            Assert.True(SHA256.HashData(published).AsSpan().SequenceEqual(SHA256.HashData(ours)), file);
        }
    }

    [FactWithData("ml-1m-strong", "diffrec-ml-1m-clean")]
    public void ThePublishedFolderImportsAsTheSameMatrices()
    {
        var published = DatasetImport.Run(new ImportOptions { Format = "pro-sg", Input = TestData.PathOf("ml-1m-strong") });
        var ours = DatasetImport.Run(new ImportOptions
        {
            Format = "pairs", Input = TestData.PathOf("diffrec-ml-1m-clean"), Split = SplitKind.Strong, HeldOutUsers = 500,
        });
        Samples.AssertEqual(published.Train, ours.Train);
        Samples.AssertEqual(published.Validation, ours.Validation);
        Samples.AssertEqual(published.Test, ours.Test);
    }
}
