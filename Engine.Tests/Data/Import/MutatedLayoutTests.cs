using ManualVae.Data;
using ManualVae.Data.Import;
using Xunit;

namespace ManualVae.Tests.Data.Import;

/// <summary>
/// Every layout with bytes that are no UTF-8, byte-order marks of UTF-16 and UTF-32, control characters, numbers out of range and
/// changed lines: the import is refused in one line that names the file, or gives a folder that opens again with the same ids.
/// </summary>
public class MutatedLayoutTests
{
    private const int Mutants = 40;

    public static TheoryData<string> Folders =>
    [
        "movielens-100k", "movielens-1m", "movielens", "msd", "ncf", "lightgcn", "pro-sg", "netflix-raw", "netflix-combined",
        "pairs-parts",
    ];

    [Theory]
    [MemberData(nameof(LayoutTests.Published), MemberType = typeof(LayoutTests))]
    public void A_changed_file_is_read_or_refused(string layout, string name, string text, string users, string items)
    {
        Assert.NotEqual((users, items), ("", ""));
        using var folder = TestData.NewFolder();
        string file = folder.Write(Path.Combine("in", name), text);
        double? zero = layout is "book-crossing" or "goodreads" or "goodreads-csv" ? 0 : null; // they hold ratings of 0
        Attack(folder, file, new ImportOptions
        {
            Input = file, Split = SplitKind.LeaveOneOut, Filters = new ClickFilters { MinRating = zero },
        });
    }

    [Theory, MemberData(nameof(Folders))]
    public void A_changed_file_of_a_folder_is_read_or_refused(string format)
    {
        using var folder = TestData.NewFolder();
        string fixture = TestData.Fixture("Data", format);
        string[] files = [.. Directory.EnumerateFiles(fixture, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => folder.Write(Path.Combine("in", Path.GetRelativePath(fixture, file)), File.ReadAllText(file)))];
        foreach (string file in files)
            Attack(folder, file, new ImportOptions
            {
                Input = folder["in"],
                Split = format is "pro-sg" or "ncf" or "lightgcn" or "pairs-parts" ? null : SplitKind.LeaveOneOut, // are divided
            });
    }

    // Many changes of one file; as it is, it can be read. Format and columns are those of the sound file.
    private static void Attack(TemporaryFolder folder, string file, ImportOptions options)
    {
        byte[] sound = File.ReadAllBytes(file);
        Assert.Equal("", Refused(folder, options) ?? "");
        string input = options.Input;
        options = LayoutDetection.Resolve(options, new SourceFiles(null, default), null) with { Input = input };
        for (int seed = 0; seed < Mutants; seed++)
        {
            File.WriteAllBytes(file, TextMutations.Of(sound, new Random(seed)));
            try
            {
                Assert.DoesNotContain('\n', Refused(folder, options) ?? "");
            }
            catch (Exception problem)
            {
                Assert.Fail($"{options.Format}, {Path.GetFileName(file)}, seed {seed}: {problem}");
            }
        }
        File.WriteAllBytes(file, sound);
    }

    // Why an import was refused; null if its result opens again as it was.
    private static string? Refused(TemporaryFolder folder, ImportOptions options)
    {
        try
        {
            var data = DatasetImport.Run(options);
            if (Directory.Exists(folder["out"])) Directory.Delete(folder["out"], recursive: true);
            data.Save(folder["out"]);
            var again = PreparedDataset.Open(folder["out"]);
            Assert.Equal(data.UserIds, again.UserIds);
            Assert.Equal(data.ItemIds, again.ItemIds);
            Samples.AssertEqual(data.Train, again.Train);
            return null;
        }
        catch (InputException problem)
        {
            return problem.Message;
        }
    }
}
