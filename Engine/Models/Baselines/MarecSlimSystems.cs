using System.Numerics.Tensors;
using ManualVae.Compute.Algebra;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// Normal equations (X'W X + ridge I + diagonal e_i e_i') t = X'W y of many items side by side, W of each item 1 for its users
/// and w1 for the others, by conjugate gradients (Saad 2003, algorithm 9.1) with P = (X'X + ridge / w1 I)^-1 as preconditioner.
/// </summary>
/// <remarks>
/// w1 / P is the system without the item's own users. So all eigenvalues of P times the system over w1 lie between 1 and 1 / w1,
/// but for one of the diagonal's: some twenty iterations at w1 = 1/4, whatever the data.
/// </remarks>
internal sealed class MarecSlimSystems : IDisposable
{
    /// <summary>Most items side by side.</summary>
    public const int Lanes = 128;

    private const int MostIterations = 500;
    private const double Tolerance = 1e-12; // of the squared error, measured by the system itself

    private readonly CsrMatrix _users, _items;
    private readonly float[] _inverse, _userWeights, _scores; // P [n, n]; W and X v, users x lanes
    private readonly float[] _solution, _residual, _direction, _product; // n x lanes
    private readonly double _negative;
    private readonly DenseProducts _dense = new();
    private int[] _chosen = [];
    private MarecSlimEquation[] _equations = [];

    /// <summary>Makes room.</summary>
    /// <param name="train">X, users x items.</param>
    /// <param name="inverse">P, which may change between two sets of items.</param>
    /// <param name="negative">w1.</param>
    public MarecSlimSystems(CsrMatrix train, float[] inverse, double negative)
    {
        (_users, _items, _inverse, _negative) = (train, train.Transpose(), inverse, negative);
        (_userWeights, _scores) = (new float[train.Rows * Lanes], new float[train.Rows * Lanes]);
        float[] Matrix() => new float[train.Columns * Lanes];
        (_solution, _residual, _direction, _product) = (Matrix(), Matrix(), Matrix(), Matrix());
    }

    /// <summary>What it takes, the transposed clicks aside.</summary>
    public static long Bytes(CsrMatrix train) => sizeof(float) * (long)Lanes * (2L * train.Rows + 4L * train.Columns);

    /// <summary>Makes the right sides of some items.</summary>
    /// <param name="items">At most <see cref="Lanes"/>.</param>
    /// <param name="alignment">alpha A, items x items, row-major.</param>
    /// <param name="equations">What is each item's own.</param>
    public void Begin(int[] items, float[] alignment, MarecSlimEquation[] equations)
    {
        (_chosen, _equations) = (items, equations);
        int n = _users.Columns;
        Array.Fill(_userWeights, (float)_negative);
        Array.Clear(_direction);
        for (int lane = 0; lane < items.Length; lane++)
            foreach (int user in _items.RowColumns(items[lane])) _userWeights[user * Lanes + lane] = 1;
        if (equations.Any(e => e.Pull != 0))
            for (int j = 0; j < n; j++)
                for (int lane = 0; lane < items.Length; lane++)
                    _direction[j * Lanes + lane] = (float)(equations[lane].Pull * alignment[j * n + items[lane]]);
        Score(_direction);
        for (int lane = 0; lane < items.Length; lane++)
            foreach (int user in _items.RowColumns(items[lane]))
                _scores[user * Lanes + lane] += (float)equations[lane].Click;
        Collect(_residual);
    }

    /// <summary>Solves, and writes the items' columns.</summary>
    /// <param name="weights">T, items x items, row-major.</param>
    /// <param name="cancellation">Checked between iterations.</param>
    /// <returns>Iterations.</returns>
    public int Solve(float[] weights, CancellationToken cancellation)
    {
        int n = _users.Columns, iteration = 0;
        Array.Clear(_solution);
        Array.Clear(_direction);
        var (first, step) = (new double[Lanes], new double[Lanes]);
        double[] before = new double[Lanes], energy = new double[Lanes];
        for (; iteration < MostIterations; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            _dense.Multiply(_inverse, _residual, _product, n, Lanes, n);
            Dot(_residual, _product, energy);
            if (iteration == 0) energy.CopyTo(first, 0);
            bool more = false;
            for (int lane = 0; lane < Lanes; lane++)
            {
                if (!(energy[lane] > Tolerance * first[lane])) energy[lane] = 0; // this item is done
                more |= energy[lane] > 0;
                step[lane] = before[lane] > 0 ? energy[lane] / before[lane] : 0;
            }
            if (!more) break;
            AddScaled(_product, _direction, step, _direction); // direction = P residual + step direction
            ApplySystem();
            Dot(_direction, _product, step);
            for (int lane = 0; lane < Lanes; lane++) step[lane] = energy[lane] > 0 ? energy[lane] / step[lane] : 0;
            AddScaled(_solution, _direction, step, _solution);
            for (int lane = 0; lane < Lanes; lane++) step[lane] = -step[lane];
            AddScaled(_residual, _product, step, _residual);
            (before, energy) = (energy, before);
        }
        for (int j = 0; j < n; j++)
            for (int lane = 0; lane < _chosen.Length; lane++) weights[j * n + _chosen[lane]] = _solution[j * Lanes + lane];
        return iteration;
    }

    /// <inheritdoc/>
    public void Dispose() => _dense.Dispose();

    // product = (X'W X + ridge I + diagonal e_i e_i') direction.
    private void ApplySystem()
    {
        Score(_direction);
        Collect(_product);
        var ridges = new float[Lanes];
        for (int lane = 0; lane < _chosen.Length; lane++) ridges[lane] = (float)_equations[lane].Ridge;
        Cores.For(0, _users.Columns, j =>
        {
            var sum = _product.AsSpan(j * Lanes, Lanes);
            TensorPrimitives.MultiplyAdd(_direction.AsSpan(j * Lanes, Lanes), ridges, sum, sum);
        });
        for (int lane = 0; lane < _chosen.Length; lane++)
        {
            int own = _chosen[lane] * Lanes + lane;
            _product[own] += (float)_equations[lane].Diagonal * _direction[own];
        }
    }

    // scores = X v.
    private void Score(float[] v) => Cores.For(0, _users.Rows, user => Sum(v, _users.RowColumns(user), _scores, user));

    // to = X'W scores; the scores are weighted in place.
    private void Collect(float[] to)
    {
        Cores.For(0, _users.Rows, user =>
        {
            var row = _scores.AsSpan(user * Lanes, Lanes);
            TensorPrimitives.Multiply(row, _userWeights.AsSpan(user * Lanes, Lanes), row);
        });
        Cores.For(0, _users.Columns, item => Sum(_scores, _items.RowColumns(item), to, item));
    }

    private static void Sum(float[] from, ReadOnlySpan<int> rows, float[] to, int row)
    {
        var sum = to.AsSpan(row * Lanes, Lanes);
        sum.Clear();
        foreach (int other in rows) TensorPrimitives.Add(sum, from.AsSpan(other * Lanes, Lanes), sum);
    }

    // a'b of each lane.
    private static void Dot(float[] a, float[] b, double[] dots)
    {
        const int RowsTogether = 64;
        Array.Clear(dots);
        var part = new float[Lanes];
        for (int from = 0; from < a.Length; from += RowsTogether * Lanes)
        {
            Array.Clear(part);
            for (int at = from; at < Math.Min(a.Length, from + RowsTogether * Lanes); at += Lanes)
                TensorPrimitives.MultiplyAdd(a.AsSpan(at, Lanes), b.AsSpan(at, Lanes), part, part);
            for (int lane = 0; lane < Lanes; lane++) dots[lane] += part[lane];
        }
    }

    // to = a + b factor, a factor for each lane.
    private static void AddScaled(float[] a, float[] b, double[] factors, float[] to)
    {
        var factor = Array.ConvertAll(factors, f => (float)f);
        Cores.For(0, a.Length / Lanes, row =>
            TensorPrimitives.MultiplyAdd(b.AsSpan(row * Lanes, Lanes), factor, a.AsSpan(row * Lanes, Lanes),
                to.AsSpan(row * Lanes, Lanes)));
    }
}

/// <summary>What is an item's own: its target is Click x_i + Pull alpha X A_i.</summary>
/// <param name="Ridge">Of all weights.</param>
/// <param name="Diagonal">Of the item's own weight, beside.</param>
/// <param name="Click">Weight of the clicks in the target.</param>
/// <param name="Pull">Weight of the features' scores in it.</param>
internal readonly record struct MarecSlimEquation(double Ridge, double Diagonal, double Click, double Pull);
