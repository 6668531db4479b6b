namespace ManualVae.Compute.Cases;

// The linear path's own term, and rows of equal length.
public static partial class OperationCases
{
    /// <summary>Some rows taken out, and put elsewhere.</summary>
    public static OperationCase MoveRows(int rows, int n) => new("move rows", $"{rows}x{n}", 0, 0, 24.0 * rows * n, run =>
    {
        var (x, taken, put) = (run.Random("x", 2 * rows, n), run.Output("taken", rows, n), run.Output("put", 2 * rows, n));
        int[] from = [.. Enumerable.Range(0, rows).Select(row => 2 * rows - 1 - row)],
            to = [.. Enumerable.Range(0, rows).Select(row => 2 * row)];
        run.Forward = () =>
        {
            run.Backend.GatherRows(x, from, taken.Value);
            run.Backend.ScatterRows(taken.Value, to, put.Value);
        };
    });

    /// <summary>Adam's updates of rows without a gradient.</summary>
    public static OperationCase AdamAtRest(int rows, int n) => new("adam at rest", $"{rows}x{n}", Tight, 6.0 * rows * n,
        24.0 * rows * n, run =>
    {
        CaseTensor w = run.Output("w", rows, n), m = run.Output("m", rows, n), v = run.Output("v", rows, n);
        Tensor start = run.Random("start", rows, n), first = run.Random("first", rows, n, 0.1);
        AdamRest[] rests = [.. Enumerable.Range(0, rows).Select(row =>
            row % 3 == 2 ? AdamRest.None : new AdamRest(0.01 * (row + 1), 1.0 / (row + 2), 1.0 / (row + 1)))];
        var parameter = new Parameter("w", w.Value, default, m.Value, v.Value);
        run.Forward = () =>
        {
            run.Backend.Copy(start, w.Value);
            run.Backend.Copy(first, m.Value);
            run.Backend.Fill(v.Value, 0.04);
            run.Backend.AdamAtRest(parameter, rests, 1e-8);
        };
    });

    /// <summary>Rows of equal length.</summary>
    public static OperationCase UnitRows(int b, int n) =>
        new("unit rows", $"{b}x{n}", Loose, 10.0 * b * n, 24.0 * b * n, run =>
    {
        const double length = 3;
        var (x, y, norms) = (run.Input("x", b, n), run.Output("y", b, n), run.Scratch("norms", b, 1));
        run.Forward = () => run.Backend.UnitRowsForward(x.Value, length, y.Value, norms);
        run.Backward = () => run.Backend.UnitRowsBackward(y.Value, length, norms, y.Gradient, x.Gradient);
    });

    /// <summary>Scores without the users' own rows.</summary>
    public static OperationCase LeaveUsersOut(int b, int items) =>
        new("leave users out", $"{b}x{items}", Loose, 6.0 * b * items, 8.0 * b * items, run =>
    {
        var batch = run.Batch(b, items, 0.3);
        var (start, diagonal) = (run.Random("start", b, items, 0.3), run.Scratch("diagonal", 1, items));
        var y = run.Output("y", b, items);
        run.Backend.Upload([.. Enumerable.Range(0, items).Select(item => 0.1f / (item + 2))], diagonal);
        run.Forward = () =>
        {
            run.Backend.Copy(start, y.Value);
            run.Backend.LeaveUsersOut(batch, diagonal, y.Value);
        };
    });

    /// <summary>What clicks add to their own items.</summary>
    public static OperationCase SelfTerm(int b, int items, int n) =>
        new("self term", $"{b}x{items}x{n}", Loose, 1.2 * b * items * n, 24.0 * items * n, run =>
    {
        var batch = run.Batch(b, items, 0.3);
        var (input, output, y) = (run.Parameter("in", items, n), run.Parameter("out", items, n), run.Output("y", b, items));
        run.Forward = () =>
        {
            run.Backend.Fill(y.Value, 0.5);
            run.Backend.SelfTermForward(batch, input, output, y.Value);
        };
        run.Backward = () => run.Backend.SelfTermBackward(batch, input, output, y.Gradient);
    });
}
