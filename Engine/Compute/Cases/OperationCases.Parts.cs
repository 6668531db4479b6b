namespace ManualVae.Compute.Cases;

// The linear path's own term, and rows of equal length.
public static partial class OperationCases
{
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
