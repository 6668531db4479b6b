using ManualVae.Data;
using ManualVae.Data.Attributes;
using ManualVae.Data.Import;
using ManualVae.Evaluation;
using Parquet;
using Parquet.Schema;
using Xunit;

namespace ManualVae.Tests.Data.Import;

/// <summary>A Parquet file with bytes changed is read, or refused in one line with its name, by all that read Parquet.</summary>
public sealed class MutatedParquetTests : IDisposable
{
    private const int Mutants = 150;

    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Clicks()
    {
        await Write();
        AllAreReadOrRefused(path => DatasetImport.Run(new() { Input = path, Split = SplitKind.None }));
    }

    [Fact]
    public async Task Predictions_of_others()
    {
        await Write();
        AllAreReadOrRefused(path => PredictionTable.Read(path));
    }

    [Fact]
    public async Task Items()
    {
        await Write();
        AllAreReadOrRefused(path => ParquetItems.Groups(new SourceFiles(null, default), path,
            ParquetItems.Names(new SourceFiles(null, default), path), (_, _) => { }));
    }

    private void AllAreReadOrRefused(Action<string> read)
    {
        string path = _folder["clicks.parquet"];
        byte[] sound = File.ReadAllBytes(path);
        read(path);
        int refused = 0;
        for (int seed = 0; seed < Mutations.Count(Mutants); seed++)
        {
            File.WriteAllBytes(path, Mutations.Bytes(sound, new Random(seed)));
            try
            {
                read(path);
            }
            catch (InputException problem)
            {
                refused++;
                Assert.Contains("clicks.parquet", problem.Message);
                Assert.DoesNotContain('\n', problem.Message);
            }
            catch (Exception problem)
            {
                Assert.Fail($"seed {seed}: {problem}");
            }
        }
        Assert.InRange(refused, 1, Mutations.Count(Mutants));
    }

    private async Task Write()
    {
        var (user, item) = (new DataField<string>("user_id"), new DataField<long>("item_id"));
        var (score, time) = (new DataField<double>("score"), new DataField<int>("time"));
        await using var file = File.Create(_folder["clicks.parquet"]);
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(user, item, score, time), file);
        for (int group = 0; group < 2; group++)
        {
            using var rows = writer.CreateRowGroup();
            await rows.WriteAsync(user, ["a", "b", "a", "é"]);
            await rows.WriteAsync<long>(item, new long[] { 1, 2, 3, group });
            await rows.WriteAsync<double>(score, new[] { 1, .5, .25, 3 });
            await rows.WriteAsync<int>(time, new[] { 1, 2, 3, 4 });
            rows.CompleteValidate();
        }
    }
}
