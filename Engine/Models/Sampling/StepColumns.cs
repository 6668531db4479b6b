using ManualVae.Compute;

namespace ManualVae.Models.Sampling;

/// <summary>
/// The items that a training step sees: those that the batch clicked, then the drawn ones that nobody in the batch clicked, both
/// increasing. N draws or more than the catalogue has items: all of them.
/// </summary>
/// <param name="items">Number of items.</param>
/// <param name="draws">Draws of a step, N.</param>
/// <param name="power">alpha of <see cref="NegativeProposal"/>.</param>
internal sealed class StepColumns(int items, int draws, double power)
{
    private readonly int[] _stamps = new int[items]; // of the last step that saw the item
    private NegativeProposal? _proposal;
    private int[] _columns = [];
    private float[] _offsets = [];
    private int _stamp;

    /// <summary>Bytes it takes beside columns and offsets.</summary>
    public static long Bytes(int items) => sizeof(int) * (long)items + NegativeProposal.Bytes(items);

    /// <summary>Columns of the step.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them were clicked: the first ones.</summary>
    public int Clicked { get; private set; }

    /// <summary>The items.</summary>
    public ReadOnlyMemory<int> Items => _columns.AsMemory(0, Count);

    /// <summary>What is added to the logits: 0 for clicked items, -log pi_i for drawn ones.</summary>
    public ReadOnlySpan<float> Offsets => _offsets.AsSpan(0, Count);

    /// <summary>Columns that a batch of random users is expected to have, and how many of them clicked.</summary>
    /// <param name="clicks">Training clicks of each item.</param>
    /// <param name="users">Training users.</param>
    /// <param name="batch">Users of the batch.</param>
    public (int Clicked, int Columns) Expected(ReadOnlySpan<int> clicks, int users, int batch)
    {
        var proposal = new NegativeProposal(clicks, power, draws);
        double clicked = 0, columns = 0;
        for (int item = 0; item < items; item++)
        {
            double outside = Outside(clicks[item], users, batch);
            clicked += 1 - outside;
            columns += 1 - outside * (draws >= items ? 0 : 1 - Math.Exp(-proposal.Offsets[item]));
        }
        return ((int)clicked, (int)columns);
    }

    // None of the users who clicked is in the batch, which holds each user once.
    private static double Outside(int clicks, int users, int batch)
    {
        double probability = 1;
        for (int j = 0; j < clicks && probability > 1e-9; j++)
            probability *= Math.Max(0, (double)(users - batch - j) / Math.Max(1, users - j));
        return probability;
    }

    /// <summary>Draws by the items' clicks from now on; without a call all items are alike.</summary>
    public void DrawBy(ReadOnlySpan<int> clicks) => _proposal = new(clicks, power, draws);

    /// <summary>Chooses the columns of a step: a pure function of the key and the batch.</summary>
    public void Choose(RandomKey key, SparseBatch batch)
    {
        _proposal ??= new(new int[items], power, draws);
        int most = (int)Math.Min(items, (long)batch.ActiveColumnCount + draws);
        if (_columns.Length < most) (_columns, _offsets) = (new int[most], new float[most]);
        if (_stamp++ == int.MaxValue) throw new InvalidOperationException("Too many steps.");
        Count = Clicked = batch.ActiveColumnCount;
        batch.ActiveColumns.CopyTo(_columns);
        foreach (int item in batch.ActiveColumns) _stamps[item] = _stamp;
        _offsets.AsSpan(0, Clicked).Clear();
        bool all = draws >= items;
        for (int draw = 0; draw < (all ? items : draws); draw++)
        {
            int item = all ? draw : _proposal.Draw(key, (uint)draw);
            if (_stamps[item] == _stamp) continue;
            _stamps[item] = _stamp;
            _columns[Count++] = item;
        }
        _columns.AsSpan(Clicked, Count - Clicked).Sort();
        for (int c = Clicked; c < Count; c++) _offsets[c] = all ? 0 : _proposal.Offsets[_columns[c]];
    }
}
