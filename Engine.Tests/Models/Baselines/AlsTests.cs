using ManualVae.Data;
using ManualVae.Models.Baselines;
using ManualVae.Tests.Evaluation;
using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace ManualVae.Tests.Models.Baselines;

/// <summary>Alternating least squares: both objectives, both solvers, against dense algebra and each other.</summary>
public class AlsTests
{
    /// <summary>A user and an item without clicks, a user with all.</summary>
    private static readonly CsrMatrix Clicks = Draw(40, 19);

    private static CsrMatrix Draw(int users, int items)
    {
        var random = new Random(3);
        return FixedScores.Rows(items, [.. Enumerable.Range(0, users).Select(u => Enumerable.Range(0, items)
            .Where(i => u != 4 && (i != 7 || u == 9) && (u == 9 || random.Next(items) > i)).Where(i => i != 11).ToArray())]);
    }

    private static float[] Scores(FactorModel model, CsrMatrix foldIn)
    {
        var scores = new float[foldIn.Rows * model.ItemCount];
        model.Score(foldIn, 0, foldIn.Rows, scores);
        return scores;
    }

    private static Matrix<double> Items(FactorModel model) => Matrix<double>.Build.Dense(
        model.ItemCount, model.Dimension, (i, f) => model.ItemVectors[i * model.Dimension + f]);

    private static Matrix<double> Users(FactorModel model)
    {
        var users = new float[Clicks.Rows * model.Dimension];
        model.SolveUsers(Clicks, 0, Clicks.Rows, users);
        return Matrix<double>.Build.Dense(Clicks.Rows, model.Dimension, (u, f) => users[u * model.Dimension + f]);
    }

    private static Matrix<double> Dense() =>
        Matrix<double>.Build.Dense(Clicks.Rows, Clicks.Columns, (u, i) => Clicks.Contains(u, i) ? 1 : 0);

    // Hu et al. 2008, eq. 4: (H' C H + lambda I) w = H' C x, C diagonal, c for clicks and 1 for zeros.
    private static Vector<double> SolveWmf(Matrix<double> given, Vector<double> x, double c, double lambda)
    {
        var weights = Matrix<double>.Build.DenseOfDiagonalVector(x * (c - 1) + 1);
        return (given.Transpose() * weights * given + lambda * Matrix<double>.Build.DenseIdentity(given.ColumnCount))
            .Solve(given.Transpose() * weights * x);
    }

    [Theory]
    [InlineData(AlsSolverKind.Full, 5, 64)]
    [InlineData(AlsSolverKind.Block, 5, 2)]
    [InlineData(AlsSolverKind.Block, 6, 2)]
    [InlineData(AlsSolverKind.Block, 5, 1)]
    [InlineData(AlsSolverKind.Block, 1, 1)]
    [InlineData(AlsSolverKind.Block, 3, 8)]
    public void Wmf_converges_to_vectors_that_solve_Hus_equations(AlsSolverKind solver, int factors, int block)
    {
        using var model = Wmf.Fit(Clicks,
            new(factors, ClickWeight: 4, Regularisation: 2, Epochs: 400, Solver: solver, Block: block));
        var (x, h, w) = (Dense(), Items(model), Users(model));
        Assert.True(h.FrobeniusNorm() > 0.5); // not the trivial fixed point
        for (int i = 0; i < Clicks.Columns; i++)
            Assert.True((SolveWmf(w, x.Column(i), 4, 2) - h.Row(i)).L2Norm() <= 2e-3 * h.FrobeniusNorm());
        for (int u = 0; u < Clicks.Rows; u++)
            Assert.True((SolveWmf(h, x.Row(u), 4, 2) - w.Row(u)).L2Norm() <= 2e-3 * w.FrobeniusNorm());
    }

    [Fact]
    public void Wmf_is_ials_in_other_units()
    {
        const double c = 5, lambda = 2;
        using var wmf = Wmf.Fit(Clicks, new(6, c, lambda, Epochs: 3, InitialDeviation: 0.1 * Math.Sqrt(c / (c - 1))));
        using var ials = Ials.Fit(Clicks, new(6, Regularisation: lambda / c, RegularisationExponent: 0,
            UnobservedWeight: 1 / (c - 1), Epochs: 3));
        Assert.Equal(Scores(ials, Clicks).Select(s => (float)(s * c / (c - 1))), Scores(wmf, Clicks),
            (a, b) => Math.Abs(a - b) < 2e-5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public void The_objective_falls_with_every_pass_and_both_solvers_end_at_the_same_value(int block)
    {
        var settings = new IalsSettings(8, Regularisation: 0.05, UnobservedWeight: 0.2);
        double Value(int epochs, AlsSolverKind solver)
        {
            using var model = Ials.Fit(Clicks, settings with { Epochs = epochs, Solver = solver, Block = block });
            // Users as fitted: one pass from nothing cannot be had from the model, so both sides take the exact ones.
            using var exact = Ials.Restore(settings with { Solver = AlsSolverKind.Full }, [.. model.ItemVectors]);
            return Objective(Users(exact), Items(model), 0.05, 0.2);
        }
        double[] values = [.. Enumerable.Range(1, 12).Select(epochs => Value(epochs, AlsSolverKind.Block))];
        for (int e = 1; e < values.Length; e++)
            Assert.True(values[e] <= values[e - 1] * (1 + 1e-6), $"epoch {e + 1}: {values[e]} after {values[e - 1]}");
        Assert.True(values[^1] < 0.99 * values[0]);
        Assert.Equal(Value(300, AlsSolverKind.Full), Value(300, AlsSolverKind.Block), 0.002 * values[^1]);
    }

    [Fact]
    public void Every_sweep_over_the_blocks_lowers_the_objective_and_ends_at_the_exact_vectors()
    {
        using var model = Ials.Fit(Clicks, new(8, Regularisation: 0.05, Epochs: 4));
        float[] items = [.. model.ItemVectors];
        var plan = new AlsPlan("ials", new(0.2, 1, 1, 0.05, 1), 8, 1, 0.1, 1, AlsSolverKind.Block, 3);
        using var solver = new AlsSolver(plan, items);
        var users = new float[Clicks.Rows * 8];
        double before = double.PositiveInfinity;
        for (int sweep = 0; sweep < 10; sweep++)
        {
            solver.Solve(Clicks, 0, Clicks.Rows, users);
            var w = Matrix<double>.Build.Dense(Clicks.Rows, 8, (u, f) => users[u * 8 + f]);
            double now = Objective(w, Items(model), 0.05, 0.2);
            Assert.True(now <= before + 1e-6 * Math.Abs(now));
            before = now;
        }
        solver.Solve(Clicks, 0, Clicks.Rows, users, sweeps: 200);
        var exact = Users(model);
        Assert.Equal(exact.ToRowMajorArray().Select(v => (float)v), users, (a, b) => Math.Abs(a - b) < 1e-3);
    }

    [Theory]
    [InlineData(256, 64, 256)]
    [InlineData(257, 64, 64)]
    [InlineData(300, 1000, 300)]
    public void Auto_takes_blocks_above_256_factors(int factors, int block, int width) =>
        Assert.Equal(width, new AlsPlan("ials", default, factors, 1, 1, 1, AlsSolverKind.Auto, block).Width);

    [Fact]
    public void A_block_that_holds_all_factors_is_the_full_solver()
    {
        using var full = Ials.Fit(Clicks, new(7, Epochs: 3, Solver: AlsSolverKind.Full));
        using var block = Ials.Fit(Clicks, new(7, Epochs: 3, Solver: AlsSolverKind.Block, Block: 9));
        Assert.Equal(Scores(full, Clicks), Scores(block, Clicks));
    }

    [Theory]
    [InlineData(AlsSolverKind.Full)]
    [InlineData(AlsSolverKind.Block)]
    public async Task One_thread_and_one_user_at_a_time_give_the_same_bits(AlsSolverKind solver)
    {
        var clicks = Draw(150, 70); // several batches
        float[] Fit()
        {
            using var model = Ials.Fit(clicks, new(20, Epochs: 2, Solver: solver, Block: 8));
            var all = Scores(model, clicks);
            var one = new float[clicks.Columns];
            foreach (int user in new[] { 0, 31, 32, 149 })
            {
                model.Score(clicks, user, 1, one);
                Assert.Equal(all[(user * one.Length)..((user + 1) * one.Length)], one);
            }
            return all;
        }
        var single = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, maxConcurrencyLevel: 1).ConcurrentScheduler;
        Assert.Equal(Fit(), await Task.Factory.StartNew(Fit, CancellationToken.None, TaskCreationOptions.None, single));
    }

    [Fact]
    public void Without_clicks_a_user_has_no_taste_and_an_item_no_vector()
    {
        using var model = Wmf.Fit(Clicks, new(5, Regularisation: 2, Solver: AlsSolverKind.Block, Block: 2));
        Assert.All(Scores(model, FixedScores.Rows(19, [[]])), score => Assert.Equal(0, score));
        Assert.True(Items(model).Row(11).L2Norm() < 1e-6);
    }

    [Fact]
    public void A_pass_can_be_cancelled()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Ials.Fit(Clicks, new(5), new(null, stop.Token)));
        var plan = new AlsPlan("ials", new(0.2, 1, 1, 0.1, 1), 5, 1, 0.1, 1, AlsSolverKind.Full, 64);
        using var solver = new AlsSolver(plan, new float[19 * 5]);
        Assert.ThrowsAny<OperationCanceledException>(() =>
            solver.Solve(Clicks, 0, Clicks.Rows, new float[Clicks.Rows * 5], cancellation: stop.Token));
    }

    [Fact]
    public void A_click_must_weigh_more_than_a_zero()
    {
        Assert.Contains("click weight (1) must be above 1",
            Assert.Throws<InputException>(() => Wmf.Fit(Clicks, new(ClickWeight: 1))).Message, StringComparison.Ordinal);
        Assert.Contains("block (0)", Assert.Throws<InputException>(() => Ials.Fit(Clicks, new(Block: 0))).Message,
            StringComparison.Ordinal);
    }

    // Rendle et al. 2022, eq. 1 to 4, up to the number of clicks.
    private static double Objective(Matrix<double> w, Matrix<double> h, double lambda, double alpha)
    {
        var (x, s) = (Dense(), w * h.Transpose());
        double ridge = 0;
        for (int u = 0; u < w.RowCount; u++) ridge += (x.Row(u).Sum() + alpha * h.RowCount) * Math.Pow(w.Row(u).L2Norm(), 2);
        for (int i = 0; i < h.RowCount; i++) ridge += (x.Column(i).Sum() + alpha * w.RowCount) * Math.Pow(h.Row(i).L2Norm(), 2);
        return x.PointwiseMultiply(s - x).PointwisePower(2).RowSums().Sum() + alpha * s.PointwisePower(2).RowSums().Sum()
            + lambda * ridge;
    }
}
