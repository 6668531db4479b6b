using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models.Baselines;
using ManualVae.Tests.Models;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Training;

/// <summary>A fitted baseline that was changed and signed again scores, or is refused in one line that names the file.</summary>
public class MutatedBaselineTests
{
    private const int Mutants = 200;

    public static TheoryData<string> Names => [.. BaselineCatalogue.All.Select(baseline => baseline.Name)];

    [Theory, MemberData(nameof(Names))]
    public void A_changed_baseline_is_read_or_refused(string name)
    {
        using var folder = TestData.NewFolder();
        string path = folder["best.ckpt"];
        var clicks = ToyClicks.Checkerboard(6, 8);
        static IBackend Backend() => Backends.Create("reference");
        ItemAttribute[] features =
            [new("features", AttributeKind.Categorical, ["a", "b", "c", "d"], ToyClicks.Checkerboard(8, 4))];
        using (var model = BaselineCatalogue.Fit(name, new BaselineData(clicks, features), backend: Backend))
            BaselineFile.Save(path, model, null);
        byte[] sound = File.ReadAllBytes(path);
        for (int seed = 0; seed < Mutations.Count(Mutants); seed++)
        {
            File.WriteAllBytes(path, Mutations.SignAgain(Mutations.Bytes(sound, new Random(seed))));
            try
            {
                using var model = BaselineFile.Load(path, Backend);
                if (model.ItemCount == clicks.Columns) model.Score(clicks, 0, 4, new float[4 * clicks.Columns]);
            }
            catch (InputException problem)
            {
                Assert.DoesNotContain('\n', problem.Message);
                Assert.True(problem.Message.Contains(path) || name is "ials" or "wmf", problem.Message); // may fail at a user
            }
            catch (Exception problem)
            {
                Assert.Fail($"{name}, seed {seed}: {problem}");
            }
        }
    }
}
