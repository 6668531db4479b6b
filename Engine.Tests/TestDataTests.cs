using Xunit;

namespace ManualVae.Tests;

public class TestDataTests
{
    [FactWithData("ml-1m-strong")]
    public void AFactWithDataFindsItsFolder() => Assert.True(File.Exists(TestData.PathOf("ml-1m-strong", "train.csv.gz")));

    [Fact]
    public void AFactWithoutItsDataIsSkippedWithTheReason()
    {
        var fact = new FactWithDataAttribute("no-such-dataset");
        Assert.Contains("needs no-such-dataset", fact.Skip);
        Assert.Contains(TestData.Variable, fact.Skip);
    }

    [Fact]
    public void ATemporaryFolderIsDeletedWithItsContents()
    {
        string path;
        using (var folder = TestData.NewFolder())
        {
            path = folder.Write("inner/file.txt", "x");
            Assert.True(File.Exists(path));
        }
        Assert.False(File.Exists(path));
    }
}
