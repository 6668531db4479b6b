using ManualVae.Compute;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models.Baselines;
using ManualVae.Tests.Evaluation;
using Xunit;

namespace ManualVae.Tests.Models.Baselines;

public class CdaeTests
{
    private static readonly CsrMatrix Train = FixedScores.Rows(6, [0, 1, 2], [0, 1, 2], [3, 4], [3, 5], [1, 2, 5], [], [0, 4, 5]);

    private static readonly CdaeSettings Settings = new(Hidden: 4, Epochs: 30, BatchSize: 3, LearningRate: 0.01);

    private static IBackend Simd() => new SimdBackend(2);

    private static float[] Scores(Cdae model, CsrMatrix foldIn)
    {
        var scores = new float[foldIn.Rows * model.ItemCount];
        model.Score(foldIn, 0, foldIn.Rows, scores);
        return scores;
    }

    [Fact]
    public void The_loss_falls()
    {
        var losses = new LossLog();
        using var model = Cdae.Fit(Train, Settings, Simd, losses.Monitor);
        losses.AssertFell(30);
    }

    [Fact]
    public void User_nodes_tell_users_with_the_same_history_apart()
    {
        using var without = Cdae.Fit(Train, Settings, Simd);
        var scores = Scores(without, Train);
        Assert.Equal(scores[..6], scores[6..12]);
        using var with = Cdae.Fit(Train, Settings with { UserNodes = true }, Simd);
        scores = Scores(with, Train);
        Assert.NotEqual(scores[..6], scores[6..12]);
    }

    [Fact]
    public void User_nodes_know_only_the_training_users()
    {
        using var model = Cdae.Fit(Train, Settings with { UserNodes = true, Epochs = 1 }, Simd);
        Assert.Contains("7 users", Assert.Throws<InputException>(() => Scores(model, FixedScores.Rows(6, [1]))).Message);
    }

    [Fact]
    public void Click_values_are_ignored()
    {
        var weighted = new CsrMatrix(6, Train.RowOffsets.ToArray(), Train.ColumnIndices.ToArray(),
            [.. Enumerable.Range(1, (int)Train.EntryCount)]);
        using var plain = Cdae.Fit(Train, Settings, Simd);
        using var valued = Cdae.Fit(weighted, Settings, Simd);
        Assert.Equal(Scores(plain, Train), Scores(valued, weighted));
    }

    [Fact]
    public void Impossible_settings_are_refused_and_cancelling_stops()
    {
        Assert.Throws<InputException>(() => Cdae.Fit(Train, Settings with { Dropout = 1 }, Simd));
        Assert.Throws<InputException>(() => Cdae.Fit(Train, Settings with { Hidden = 0 }, Simd));
        Assert.Throws<OperationCanceledException>(() =>
            Cdae.Fit(Train, Settings, Simd, new FitMonitor(null, new CancellationToken(true))));
    }
}
