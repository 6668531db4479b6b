using System.Numerics.Tensors;
using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models.Alignment;

/// <summary>
/// Targets X + X~ D_R of an autoencoder that is aligned with item features (Monteil et al. 2024, eq. 7): each click, and for
/// each rarely clicked item the score that its features give it, times its strength. Only those items' columns are kept, and a
/// batch's targets are made as it is trained on.
/// </summary>
public sealed class AlignedTargets
{
    private readonly int[] _rare;
    private readonly float[] _weights; // items x rare

    /// <summary>Keeps the columns of the rarely clicked items.</summary>
    /// <param name="similarity">Mixed similarities, items x items, row-major.</param>
    /// <param name="strengths">d_j of each item (<see cref="AlignmentStrength"/>).</param>
    public AlignedTargets(float[] similarity, double[] strengths)
    {
        int n = strengths.Length;
        _rare = [.. Enumerable.Range(0, n).Where(j => strengths[j] > 0)];
        _weights = new float[(long)n * _rare.Length];
        for (int i = 0; i < n; i++)
            for (int c = 0; c < _rare.Length; c++)
                _weights[i * _rare.Length + c] = (float)(similarity[i * n + _rare[c]] * strengths[_rare[c]]);
    }

    /// <summary>Number of items with targets beside clicks.</summary>
    public int RareItems => _rare.Length;

    /// <summary>The most targets that any rows of a matrix can have.</summary>
    public static int LargestBatch(int rows, int rareItems, CsrMatrix clicks) =>
        checked(rows * rareItems + SparseBatch.LargestBatch(rows, clicks));

    /// <summary>The targets of some users, one row for each, in their order.</summary>
    /// <param name="clicks">Users x items.</param>
    /// <param name="users">Rows of the clicks.</param>
    public CsrMatrix Of(CsrMatrix clicks, ReadOnlySpan<int> users)
    {
        int[] chosen = users.ToArray();
        var (items, values) = (new int[chosen.Length][], new float[chosen.Length][]);
        Cores.For(0, chosen.Length, row => (items[row], values[row]) = Row(clicks, chosen[row]));
        var offsets = new long[chosen.Length + 1];
        for (int row = 0; row < chosen.Length; row++) offsets[row + 1] = offsets[row] + items[row].Length;
        return new(clicks.Columns, offsets, [.. items.SelectMany(i => i)], [.. values.SelectMany(v => v)]);
    }

    private (int[] Items, float[] Values) Row(CsrMatrix clicks, int user)
    {
        var clicked = clicks.RowColumns(user);
        var scores = new float[_rare.Length];
        foreach (int item in clicked)
            TensorPrimitives.Add(scores, _weights.AsSpan(item * _rare.Length, _rare.Length), scores);
        var (items, values) = (new List<int>(clicked.Length + _rare.Length), new List<float>(clicked.Length + _rare.Length));
        for (int c = 0, r = 0; c < clicked.Length || r < _rare.Length;)
        {
            bool click = c < clicked.Length && (r == _rare.Length || clicked[c] <= _rare[r]);
            bool rare = r < _rare.Length && (c == clicked.Length || _rare[r] <= clicked[c]);
            float value = (click ? clicks.IsBinary ? 1 : clicks.RowValues(user)[c] : 0) + (rare ? scores[r] : 0);
            if (value != 0)
            {
                items.Add(click ? clicked[c] : _rare[r]);
                values.Add(value);
            }
            if (click) c++;
            if (rare) r++;
        }
        return ([.. items], [.. values]);
    }
}
