using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Data;

/// <summary>A prepared dataset that was changed and signed again opens, or is refused in one line that names a file.</summary>
public partial class MutatedDatasetTests : IDisposable
{
    private const int Mutants = 300;

    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("train.csr")]
    [InlineData("test.candidates.csr")]
    [InlineData("users.tsv")]
    [InlineData("items.tsv")]
    [InlineData("manifest.json")]
    public void A_changed_file_is_read_or_refused(string file)
    {
        Samples.Weak().Save(_folder["d"]);
        AllAreReadOrRefused(file);
    }

    [Theory]
    [InlineData("validation.foldin.csr")]
    [InlineData("manifest.json")]
    public void A_changed_file_of_a_strong_split_is_read_or_refused(string file)
    {
        Samples.Strong().Save(_folder["d"]);
        AllAreReadOrRefused(file);
    }

    [Theory]
    [InlineData("item-features.tsv")]
    [InlineData("item-vectors.v.npy")]
    [InlineData("manifest.json")]
    public void A_changed_file_of_attributes_is_read_or_refused(string file)
    {
        var data = Samples.Weak();
        float[] vector = [1, 2, 3];
        var vectors = VectorFile.Of("v", [vector, default, vector, vector, default, vector]);
        var words = new ItemAttribute("plot", AttributeKind.Text, ["war", "peace"],
            new CsrMatrix(2, [0, 2, 2, 3, 3, 3, 3], [0, 1, 1], [.5f, 1.25f, 3]));
        new PreparedDataset(data.Manifest, data.Train, data.Validation, data.Test, data.UserIds, data.Items, [words, vectors])
            .Save(_folder["d"]);
        AllAreReadOrRefused(file);
    }

    [Theory]
    [InlineData("users.tsv", "index\tid\n0\ta\n1\tb\n2\ta\n3\td\n", "users.tsv:4", "a, which is there already")]
    [InlineData("users.tsv", "index\tid\n0\ta\n2\tb\n1\tc\n3\td\n", "users.tsv:3", "expected 1")]
    [InlineData("users.tsv", "index\tid\n0\ta\tx\n1\tb\n2\tc\n3\td\n", "users.tsv:2", "3 fields")]
    public void A_wrong_row_is_named(string file, string text, params string[] names)
    {
        Samples.Weak().Save(_folder["d"]);
        Put(file, Encoding.UTF8.GetBytes(text));
        var problem = Assert.Throws<InputException>(() => PreparedDataset.Open(_folder["d"]));
        Assert.All(names, name => Assert.Contains(name, problem.Message));
    }

    [Fact]
    public void A_validation_part_of_training_users_is_refused()
    {
        Samples.Strong().Save(_folder["d"]);
        string text = File.ReadAllText(_folder["d", "manifest.json"]);
        Put("manifest.json", Encoding.UTF8.GetBytes(text.Replace("\"trainUsers\": 5", "\"trainUsers\": 0")));
        Assert.Contains("counts", Assert.Throws<InputException>(() => PreparedDataset.Open(_folder["d"])).Message);
    }

    [Theory]
    [InlineData("../outside.tsv")]
    [InlineData("/dev/zero")]
    [InlineData("..\\outside.tsv")]
    [InlineData("")]
    public void A_manifest_names_no_file_outside_its_folder(string name)
    {
        Samples.Weak().Save(_folder["d"]);
        string path = _folder["d", "manifest.json"];
        var manifest = DatasetManifest.FromBytes(File.ReadAllBytes(path), path);
        File.WriteAllBytes(path, (manifest with { Files = new(manifest.Files) { [name] = "00" } }).ToBytes());
        Assert.Contains("no name of a file in its folder",
            Assert.Throws<InputException>(() => PreparedDataset.Open(_folder["d"])).Message);
    }

    private void AllAreReadOrRefused(string file)
    {
        byte[] sound = File.ReadAllBytes(_folder["d", file]), manifest = File.ReadAllBytes(_folder["d", "manifest.json"]);
        int refused = 0;
        for (int seed = 0; seed < Mutations.Count(Mutants); seed++)
        {
            var random = new Random(seed);
            File.WriteAllBytes(_folder["d", "manifest.json"], manifest);
            Put(file, Mutations.File(file, sound, random));
            try
            {
                DatasetSummary.Of(PreparedDataset.Open(_folder["d"]));
            }
            catch (InputException problem)
            {
                refused++;
                Assert.Contains(_folder["d"], problem.Message);
                Assert.DoesNotContain('\n', problem.Message);
            }
            catch (Exception problem)
            {
                Assert.Fail($"{file}, seed {seed}: {problem}");
            }
        }
        Assert.InRange(refused, 1, Mutations.Count(Mutants));
    }

    // Writes a file with the checksums that its content asks for.
    private void Put(string file, byte[] bytes)
    {
        string manifest = _folder["d", "manifest.json"];
        if (file == "manifest.json")
        {
            File.WriteAllBytes(manifest, Signed(bytes));
            return;
        }
        if (file.EndsWith(".csr", StringComparison.Ordinal)) bytes = Mutations.SignAgain(bytes);
        File.WriteAllBytes(_folder["d", file], bytes);
        var sound = DatasetManifest.FromBytes(File.ReadAllBytes(manifest), manifest);
        File.WriteAllBytes(manifest, (sound with
        {
            Files = new(sound.Files) { [file] = Convert.ToHexStringLower(SHA256.HashData(bytes)) },
        }).ToBytes());
    }

    private static byte[] Signed(byte[] manifest)
    {
        string text = Checksum().Replace(Encoding.UTF8.GetString(manifest), $"\"checksum\": \"{new string('0', 64)}\"");
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        return Encoding.UTF8.GetBytes(text.Replace($"\"checksum\": \"{new string('0', 64)}\"", $"\"checksum\": \"{hash}\""));
    }

    [GeneratedRegex("\"checksum\": \"[^\"]*\"")]
    private static partial Regex Checksum();
}
