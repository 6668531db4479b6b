using System.Diagnostics;
using ManualVae.Compute.Simd.Bf16;

namespace ManualVae.Compute.Simd;

// Few users: products at the rate at which memory gives the weight, and ranking while the scores are in the cache.
public sealed unsafe partial class SimdBackend
{
    private readonly Dictionary<Tensor, HeldWeight> _held = [];

    /// <inheritdoc/>
    public void Hold(Parameter weight)
    {
        if (!weight.Gradient.IsNone || !weight.FirstMoment.IsNone)
            throw new InvalidOperationException($"{weight.Name} can be trained; only a weight that no longer changes is held.");
        using var call = Caller.Enter();
        if (_gemm.TakesBf16 && FewPairs.IsSupported && !_held.ContainsKey(weight.Value))
            _held[weight.Value] = new(weight.Value, _threads);
    }

    /// <inheritdoc/>
    public int FewUsers(Parameter weight) =>
        (_gemm.TakesBf16 ? _held.ContainsKey(weight.Value) : FewRows.IsSupported) ? FewRows.Most : 0;

    /// <inheritdoc/>
    public void LinearTopK(
        Tensor x, Parameter weight, Parameter? bias, SparseBatch excluded, int k, Span<int> items, Span<float> itemScores)
    {
        Debug.Assert(x.Columns == weight.Value.Columns && x.Rows == excluded.Rows && weight.Value.Rows == excluded.Columns);
        Debug.Assert(items.Length == (long)x.Rows * k && itemScores.Length == items.Length);
        using var call = Caller.Enter();
        int most = FewUsers(weight);
        if (most == 0)
        {
            var scores = Allocate(x.Rows, weight.Value.Rows);
            LinearForward(x, weight, bias, Activation.Identity, scores);
            TopK(scores, excluded, k, items, itemScores);
            Free(scores);
            return;
        }
        for (int done = 0; done < x.Rows; done += most)
        {
            int rows = Math.Min(most, x.Rows - done);
            _fewUsers.TopK(FewTimes(x.Slice(done, rows), weight), bias is null ? null : bias.Value.Pointer(), excluded, done, k,
                items.Slice(done * k, rows * k), itemScores.Slice(done * k, rows * k));
        }
    }

    private RowsTimesWeight FewTimes(Tensor x, Parameter weight) =>
        _held.TryGetValue(weight.Value, out var held) ? _fewUsers.Rounded(x, held) : new(x, weight.Value);

    /// <summary>Drops what is held of weights in the buffer of a tensor that is written to.</summary>
    private void Forget(Tensor changed)
    {
        if (_held.Count == 0) return;
        foreach (var (weight, held) in _held.ToArray())
            if (weight.Buffer == changed.Buffer && _held.Remove(weight)) held.Dispose();
    }
}
