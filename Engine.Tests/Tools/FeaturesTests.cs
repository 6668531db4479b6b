using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary><c>data features</c>, and the same flags of <c>data import</c>.</summary>
[Collection(nameof(CommandLine))]
public sealed class FeaturesTests : IDisposable
{
    private const string Clicks = "user,item\n1,a\n1,b\n2,a\n2,c\n3,b\n3,c\n",
        Items = "item,title,genres,maker\na,Heat (1995),Drama|War,Acme\nb,Up (2009),Drama,Acme\nc,Nothing,,Bolt\n";

    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Attributes_are_added_described_and_exported()
    {
        Import("d");
        var added = CommandLine.Run("data", "features", "--data", _folder["d"], "--output", _folder["f"]).Succeeded();
        Assert.Contains("year: numeric:title,width=10 of items.tsv, 2 features, known of 2 of 3 items", added.Messages);
        Assert.Contains("attribute year      numeric, 2 features; 2 of 3 items known, mean 1.0 features", added.Output);
        string items = _folder.Write("makers.csv", "id,maker\na,Acme\nb,Acme\nc,Bolt\n");
        CommandLine.Run("data", "features", "--data", _folder["f"], "--item-features", items, "--attribute",
            "brand=categorical:maker,least=1", "--output", _folder["g"]).Succeeded();
        var described = CommandLine.Run("data", "describe", _folder["g"], "--json").Succeeded().Json.GetProperty("attributes");
        Assert.Equal(["genres", "year", "brand"], described.EnumerateArray().Select(a => a.GetProperty("name").GetString()));
        var brand = described[2];
        Assert.Equal(("categorical", 2, 3, 1.0), (brand.GetProperty("kind").GetString(), brand.GetProperty("features").GetInt32(),
            brand.GetProperty("knownItems").GetInt32(), brand.GetProperty("featuresPerItem").GetDouble()));
        Assert.Equal("makers.csv", brand.GetProperty("madeFrom").GetProperty("file").GetString());

        CommandLine.Run("data", "export", _folder["g"], "--format", "npz", "--output", _folder["npz"]).Succeeded();
        Assert.Equal(
            File.ReadAllBytes(_folder["g", "item-features.tsv"]), File.ReadAllBytes(_folder["npz", "item-features.tsv"]));
        CommandLine.Run("data", "export", _folder["g"], "--format", "npz", "--output", _folder["npz"], "--overwrite").Succeeded();
    }

    [Fact]
    public void An_import_takes_attributes_along()
    {
        Import("d", "--attribute", "brand=categorical:maker,least=1", "--attribute", "year");
        Assert.Equal(["genres", "brand", "year"], PreparedDataset.Open(_folder["d"]).Attributes.Select(a => a.Name));
        Import("plain");
        Assert.False(File.Exists(_folder["plain", "item-features.tsv"]));
        foreach (string file in new[] { "items.tsv", "users.tsv", "train.csr" })
            Assert.Equal(File.ReadAllBytes(_folder["plain", file]), File.ReadAllBytes(_folder["d", file]));
    }

    [Fact]
    public void Cold_items_keep_their_attributes()
    {
        Import("d", "--attribute", "year");
        var divided = ItemDivision.Divide(PreparedDataset.Open(_folder["d"]), new ItemDivisionOptions(.3, 1));
        Assert.Equal(["genres", "year"], divided.Attributes.Select(a => a.Name));
    }

    [Theory]
    [InlineData("--item-features nothing.csv: no such file.", "--item-features", "nothing.csv")]
    [InlineData("--attribute cast: no column 'cast'; items.tsv has title, genres. --item-features names files.", "--attribute",
        "cast")]
    [InlineData("--item-map nothing.tsv: no such file.", "--attribute", "year", "--item-map", "nothing.tsv")]
    [InlineData("--attribute a=b: the kind 'b' is none of", "--attribute", "a=b")]
    [InlineData("is the input itself", "--attribute", "year", "--output", "d")]
    public void Wrong_flags_are_named_and_leave_nothing(string problem, params string[] flags)
    {
        Import("d");
        string[] output = flags.Contains("--output") ? ["--output", _folder["d"]] : ["--output", _folder["f"]];
        var refused = CommandLine.Run(
            ["data", "features", "--data", _folder["d"], .. flags.TakeWhile(flag => flag != "--output"), .. output]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(problem, refused.Messages);
        Assert.False(Directory.Exists(_folder["f"]));
    }

    private void Import(string name, params string[] more) => CommandLine.Run(
        ["data", "import", "--input", _folder.Write("clicks.csv", Clicks), "--items", _folder.Write("items.csv", Items),
            "--split", "none", "--output", _folder[name], .. more]).Succeeded();
}
