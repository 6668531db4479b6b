using System.Globalization;
using ManualVae.Data;
using ManualVae.Models.Baselines;
using ManualVae.Tests.Evaluation;
using Xunit;

namespace ManualVae.Tests.Models.Baselines;

public class NeuMfTests
{
    private static readonly CsrMatrix Train = FixedScores.Rows(6, [0, 1, 2], [0, 1, 2], [3, 4], [3, 5], [1, 2, 5], [],
        [0, 1, 2, 3, 4, 5]);

    private static readonly NeuMfSettings Settings = new(Factors: 3, Epochs: 20, BatchSize: 40, LearningRate: 0.01);

    [Fact]
    public void The_gradients_are_those_of_central_differences()
    {
        var model = NeuMfTraining.Fit(Train, Settings); // away from the start, where the vectors are nearly zero
        var training = new NeuMfTraining(model, Train, Settings);
        const int count = 40;
        training.AddGradients(0, count, epoch: 1);
        var parameters = training.Parameters.Select(p => (p.Values, Gradient: p.Gradient.ToArray())).ToArray();
        int checkedCount = 0;
        double largest = 0;
        foreach (var (values, gradient) in parameters)
            for (int i = 0; i < values.Length; i++)
            {
                const float h = 1e-3f;
                float value = values[i];
                values[i] = value + h;
                double above = training.AddGradients(0, count, 1);
                values[i] = value - h;
                double below = training.AddGradients(0, count, 1);
                values[i] = value;
                double numeric = (above - below) / (2 * h * count);
                Assert.True(Math.Abs(numeric - gradient[i]) < 1e-3 + 0.03 * Math.Abs(numeric),
                    $"{i} of {values.Length}: {gradient[i]}, {numeric}");
                largest = Math.Max(largest, Math.Abs(numeric));
                checkedCount++;
            }
        Assert.True(checkedCount > 500 && largest > 0.02, $"{checkedCount} {largest}");
    }

    [Fact]
    public void The_loss_falls_and_a_new_start_gives_another_model()
    {
        var losses = new List<double>();
        using var model = NeuMfTraining.Fit(Train, Settings, new FitMonitor(line =>
        {
            if (line.Contains("loss"))
                losses.Add(double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
        }));
        Assert.Equal(20, losses.Count);
        Assert.Equal(Math.Log(2), losses[0], 0.05);
        Assert.True(losses[^1] < 0.8 * losses[0], $"{losses[0]} to {losses[^1]}");
        using var other = NeuMfTraining.Fit(Train, Settings with { Seed = 2 });
        var (a, b) = (new float[6], new float[6]);
        model.Score(Train, 0, 1, a);
        other.Score(Train, 0, 1, b);
        Assert.NotEqual(a, b);
    }

    [Fact]
    public void Users_nobody_trained_on_and_impossible_settings_are_refused()
    {
        using var model = NeuMfTraining.Fit(Train, Settings with { Epochs = 1 });
        Assert.Contains("7 training users", Assert.Throws<InputException>(
            () => model.Score(FixedScores.Rows(6, [1]), 0, 1, new float[6])).Message);
        Assert.Throws<InputException>(() => NeuMfTraining.Fit(Train, Settings with { Factors = 0 }));
        Assert.Throws<OperationCanceledException>(() =>
            NeuMfTraining.Fit(Train, Settings, new FitMonitor(null, new CancellationToken(true))));
    }
}
