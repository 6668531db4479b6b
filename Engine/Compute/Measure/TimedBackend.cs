using System.Diagnostics;
using System.Runtime.CompilerServices;
using ManualVae.Compute.Ranks;

namespace ManualVae.Compute.Measure;

/// <summary>What one operation at one shape took, each time it ran.</summary>
/// <param name="Name">Operation.</param>
/// <param name="Rows">Rows of its largest tensor.</param>
/// <param name="Columns">Columns of it.</param>
public sealed record OperationTimes(string Name, int Rows, int Columns)
{
    private double _flops, _bytes;

    /// <summary>Duration of each run.</summary>
    public List<double> Seconds { get; } = [];

    /// <summary>Floating-point operations of a run; the mean where batches hold different numbers of clicks.</summary>
    public double Flops => _flops / Seconds.Count;

    /// <summary>Bytes that a run must move, in single precision; the mean too.</summary>
    public double Bytes => _bytes / Seconds.Count;

    internal void Add(double seconds, double flops, double bytes)
    {
        Seconds.Add(seconds);
        (_flops, _bytes) = (_flops + flops, _bytes + bytes);
    }
}

/// <summary>
/// A backend that passes everything on to another and, while <see cref="Enabled"/>, notes what each operation took: timing by
/// decorator, so that neither models nor kernels know of it. Its operations are those of <see cref="IBackend"/>.
/// </summary>
/// <param name="inner">The backend that computes; disposed with this one.</param>
/// <param name="wait">
/// Waits for what an operation has queued, before the clock is read; null where operations are done when they return. Each then
/// includes one wait, and nothing overlaps.
/// </param>
public sealed class TimedBackend(IBackend inner, Action? wait = null) : IBackend
{
    private readonly Dictionary<(string, int, int, double), OperationTimes> _times = [];

    /// <summary>Whether durations are noted.</summary>
    public bool Enabled { get; set; }

    /// <summary>What was noted, in order of first appearance.</summary>
    public IReadOnlyCollection<OperationTimes> Times => _times.Values;

    string IBackend.Name => inner.Name;
    string IBackend.Description => inner.Description;
    bool IBackend.IsDoublePrecision => inner.IsDoublePrecision;
    long? IBackend.MemoryLimit => inner.MemoryLimit;
    bool IBackend.FusesUpdates => inner.FusesUpdates;
    Communicator IBackend.Ranks => inner.Ranks;
    Communicator IBackend.Groups => inner.Groups;
    void IBackend.SumOverGroups(Tensor gradient) => inner.SumOverGroups(gradient);
    bool IBackend.ComputesParts => inner.ComputesParts;

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();

    void IBackend.Flush(Parameter parameter) => inner.Flush(parameter);
    Tensor IBackend.Allocate(int rows, int columns) => inner.Allocate(rows, columns);
    void IBackend.Free(Tensor tensor) => inner.Free(tensor);
    SparseBatch IBackend.AllocateBatch(int maxRows, int columns, int maxEntries) =>
        inner.AllocateBatch(maxRows, columns, maxEntries);
    void IBackend.Upload(ReadOnlySpan<float> source, Tensor destination) => inner.Upload(source, destination);
    void IBackend.Upload(ReadOnlySpan<double> source, Tensor destination) => inner.Upload(source, destination);
    void IBackend.Download(Tensor source, Span<float> destination) => inner.Download(source, destination);
    void IBackend.Download(Tensor source, Span<double> destination) => inner.Download(source, destination);

    void IBackend.GatherRows(Tensor source, ReadOnlySpan<int> rows, Tensor destination) =>
        inner.GatherRows(source, rows, destination);
    void IBackend.ScatterRows(Tensor source, ReadOnlySpan<int> rows, Tensor destination) =>
        inner.ScatterRows(source, rows, destination);
    void IBackend.AdamAtRest(Parameter parameter, ReadOnlySpan<AdamRest> rests, double epsilon) =>
        inner.AdamAtRest(parameter, rests, epsilon);
    void IBackend.Copy(Tensor source, Tensor destination) =>
        Time(destination, () => inner.Copy(source, destination), floats: 2.0 * source.Length);

    void IBackend.Fill(Tensor tensor, double value) => Time(tensor, () => inner.Fill(tensor, value));

    void IBackend.Add(Tensor source, double scale, Tensor destination) =>
        Time(destination, () => inner.Add(source, scale, destination), floats: 3.0 * source.Length);

    double IBackend.SquaredNorm(Tensor tensor)
    {
        double norm = 0;
        Time(tensor, () => norm = inner.SquaredNorm(tensor));
        return norm;
    }

    void IBackend.ConcatForward(Tensor a, Tensor b, Tensor y) => Time(y, () => inner.ConcatForward(a, b, y));
    void IBackend.ConcatBackward(Tensor dy, Tensor da, Tensor db) => Time(dy, () => inner.ConcatBackward(dy, da, db));

    void IBackend.ActivationBackward(Activation activation, Tensor y, Tensor dy) =>
        Time(y, () => inner.ActivationBackward(activation, y, dy), floats: 3.0 * y.Length);

    void IBackend.SwishForward(Tensor x, Tensor y) => Time(x, () => inner.SwishForward(x, y));
    void IBackend.SwishBackward(Tensor x, Tensor dy, Tensor dx) => Time(x, () => inner.SwishBackward(x, dy, dx));
    void IBackend.GateForward(Tensor h, Tensor g, Tensor y) => Time(h, () => inner.GateForward(h, g, y));

    void IBackend.GateBackward(Tensor h, Tensor g, Tensor dy, Tensor dh, Tensor dg) =>
        Time(h, () => inner.GateBackward(h, g, dy, dh, dg));

    void IBackend.UnitRowsForward(Tensor x, double length, Tensor y, Tensor norms) =>
        Time(x, () => inner.UnitRowsForward(x, length, y, norms), floats: 2.0 * x.Length);

    void IBackend.UnitRowsBackward(Tensor y, double length, Tensor norms, Tensor dy, Tensor dx) =>
        Time(y, () => inner.UnitRowsBackward(y, length, norms, dy, dx), floats: 4.0 * y.Length);

    void IBackend.LayerNormForward(Tensor x, Parameter gain, Parameter bias, double epsilon, Tensor y, Tensor saved) =>
        Time(x, () => inner.LayerNormForward(x, gain, bias, epsilon, y, saved));

    void IBackend.LayerNormBackward(Tensor x, Parameter gain, Parameter bias, Tensor saved, Tensor dy, Tensor dx) =>
        Time(x, () => inner.LayerNormBackward(x, gain, bias, saved, dy, dx));

    void IBackend.MatMul(Transpose transpose, Tensor a, Tensor b, Tensor c, bool accumulate) =>
        Time(c, () => inner.MatMul(transpose, a, b, c, accumulate),
            Products(c, transpose == Transpose.First ? a.Rows : a.Columns), floats: a.Length + b.Length + c.Length);

    void IBackend.LinearForward(Tensor x, Parameter weight, Parameter? bias, Activation activation, Tensor y) =>
        Time(y, () => inner.LinearForward(x, weight, bias, activation, y),
            Products(y, x.Columns), floats: x.Length + weight.Value.Length + y.Length);

    void IBackend.LinearBackward(Tensor x, Parameter weight, Parameter? bias, Tensor dy, Tensor dx)
    {
        // Its two products, one after the other as the contract orders them, so that each shows under its own name.
        var w = weight.Value;
        if (!dx.IsNone)
            Time(dx, () => inner.MatMul(Transpose.None, dy, w, dx, accumulate: true),
                Products(dx, w.Rows), dy.Length + w.Length + dx.Length, "LinearBackward dx");
        Time(w, () => inner.LinearBackward(x, weight, bias, dy, default),
            Products(w, x.Rows), dy.Length + x.Length + (weight.IsFused ? 6.0 : 2.0) * w.Length,
            weight.IsFused ? "LinearBackward dW + Adam" : "LinearBackward dW");
    }

    void IBackend.EncodeInputs(SparseBatch batch, InputMask mask) =>
        Time(batch.Inputs, () => inner.EncodeInputs(batch, mask), floats: 0);

    void IBackend.SparseLinearForward(SparseBatch batch, Parameter weight, Parameter? bias, Activation activation, Tensor y) =>
        Time(y, () => inner.SparseLinearForward(batch, weight, bias, activation, y),
            2.0 * batch.Entries * y.Columns, floats: (double)batch.ActiveColumnCount * y.Columns + y.Length, varies: true);

    void IBackend.SparseLinearBackward(SparseBatch batch, Parameter weight, Parameter? bias, Tensor dy)
    {
        double moved = weight.IsFused ? 6.0 * weight.Value.Length : 2.0 * batch.ActiveColumnCount * dy.Columns;
        Time(dy, () => inner.SparseLinearBackward(batch, weight, bias, dy),
            2.0 * batch.Entries * dy.Columns, dy.Length + moved,
            weight.IsFused ? "SparseLinearBackward + Adam" : "SparseLinearBackward", varies: true);
    }

    void IBackend.SelfTermForward(SparseBatch batch, Parameter input, Parameter output, Tensor y) => Time(
        input.Value, () => inner.SelfTermForward(batch, input, output, y), 2.0 * batch.Entries * input.Value.Columns,
        2.0 * batch.Entries * input.Value.Columns, varies: true);

    void IBackend.SelfTermBackward(SparseBatch batch, Parameter input, Parameter output, Tensor dy) => Time(
        input.Value, () => inner.SelfTermBackward(batch, input, output, dy), 4.0 * batch.ActiveColumnCount * input.Value.Columns,
        6.0 * batch.ActiveColumnCount * input.Value.Columns, varies: true);

    void IBackend.LeaveUsersOut(SparseBatch batch, Tensor diagonal, Tensor y) =>
        Time(y, () => inner.LeaveUsersOut(batch, diagonal, y), floats: 2.0 * y.Length);

    void IBackend.DrawNoise(SparseBatch batch, RandomKey key, Tensor noise) =>
        Time(noise, () => inner.DrawNoise(batch, key, noise));

    void IBackend.SampleForward(Tensor posterior, Tensor noise, Tensor z) =>
        Time(posterior, () => inner.SampleForward(posterior, noise, z));

    void IBackend.SampleBackward(Tensor posterior, Tensor noise, Tensor dz, Tensor dPosterior) =>
        Time(posterior, () => inner.SampleBackward(posterior, noise, dz, dPosterior));

    void IBackend.StandardKlForward(Tensor posterior, Tensor loss) =>
        Time(posterior, () => inner.StandardKlForward(posterior, loss));

    void IBackend.StandardKlBackward(Tensor posterior, Tensor rowScale, Tensor dPosterior) =>
        Time(posterior, () => inner.StandardKlBackward(posterior, rowScale, dPosterior));

    void IBackend.GaussianLogDensityForward(Tensor z, Tensor posterior, Tensor logDensity) =>
        Time(z, () => inner.GaussianLogDensityForward(z, posterior, logDensity));

    void IBackend.GaussianLogDensityBackward(Tensor z, Tensor posterior, Tensor rowScale, Tensor dz, Tensor dPosterior) =>
        Time(z, () => inner.GaussianLogDensityBackward(z, posterior, rowScale, dz, dPosterior));

    void IBackend.CompositeLogDensityForward(CompositePrior prior, Tensor z, Tensor oldPosterior, Tensor logDensity) =>
        Time(z, () => inner.CompositeLogDensityForward(prior, z, oldPosterior, logDensity));

    void IBackend.CompositeLogDensityBackward(CompositePrior prior, Tensor z, Tensor oldPosterior, Tensor rowScale, Tensor dz) =>
        Time(z, () => inner.CompositeLogDensityBackward(prior, z, oldPosterior, rowScale, dz));

    void IBackend.MixtureLogDensityForward(Tensor z, Tensor components, Tensor logDensity, Tensor responsibilities) =>
        Time(z, () => inner.MixtureLogDensityForward(z, components, logDensity, responsibilities));

    void IBackend.MixtureLogDensityBackward(
        Tensor z, Tensor components, Tensor responsibilities, Tensor rowScale, Tensor dz, Tensor dComponents) =>
        Time(z, () => inner.MixtureLogDensityBackward(z, components, responsibilities, rowScale, dz, dComponents));

    void IBackend.AnchorForward(
        AnchorTerm term, SparseBatch batch, Parameter anchors, Tensor posterior, Tensor z, Tensor centroids, Tensor loss) =>
        Time(posterior, () => inner.AnchorForward(term, batch, anchors, posterior, z, centroids, loss));

    void IBackend.AnchorBackward(
        AnchorTerm term, SparseBatch batch, Parameter anchors, Tensor posterior, Tensor z, Tensor centroids, Tensor rowScale,
        Tensor dPosterior, Tensor dz) =>
        Time(posterior, () => inner.AnchorBackward(term, batch, anchors, posterior, z, centroids, rowScale, dPosterior, dz));

    void IBackend.DropEmphasis(SparseBatch batch, double dropped, double kept, Tensor emphasis) =>
        Time(emphasis, () => inner.DropEmphasis(batch, dropped, kept, emphasis), floats: 2.0 * batch.Entries, varies: true);

    void IBackend.LikelihoodForward(Likelihood likelihood, SparseBatch batch, Tensor logits, Tensor loss, int firstRow) =>
        Time(logits, () => inner.LikelihoodForward(likelihood, batch, logits, loss, firstRow));

    void IBackend.LikelihoodBackward(
        Likelihood likelihood, SparseBatch batch, double scale, Tensor logits, Tensor loss, int firstRow) => Time(
        logits, () => inner.LikelihoodBackward(likelihood, batch, scale, logits, loss, firstRow), floats: 2.0 * logits.Length);

    void IBackend.LogSumExp(Tensor logits, Tensor normalisers) => Time(logits, () => inner.LogSumExp(logits, normalisers));

    void IBackend.MultinomialOfPart(
        SparseBatch batch, double scale, Tensor logits, Tensor totals, Tensor loss, int firstRow) => Time(
        logits, () => inner.MultinomialOfPart(batch, scale, logits, totals, loss, firstRow), floats: 2.0 * logits.Length);

    void IBackend.ClickLogitsForward(SparseBatch batch, Tensor h, Parameter weight, Parameter bias, Tensor logits) => Time(
        weight.Value, () => inner.ClickLogitsForward(batch, h, weight, bias, logits), Products(logits, h.Columns),
        (double)batch.Entries * h.Columns, varies: true);

    void IBackend.ClickLogitsBackward(
        SparseBatch batch, Tensor h, Parameter weight, Parameter bias, Tensor dLogits, Tensor dh) => Time(
        weight.Value, () => inner.ClickLogitsBackward(batch, h, weight, bias, dLogits, dh), 2 * Products(dLogits, h.Columns),
        3.0 * batch.Entries * h.Columns, varies: true);

    void IBackend.GaussianGramBackward(
        Likelihood likelihood, SparseBatch batch, double scale, Tensor h, Tensor products, Tensor shift, Tensor square,
        Tensor clickLogits, Tensor loss, Tensor dh) => Time(
        h, () => inner.GaussianGramBackward(
            likelihood, batch, scale, h, products, shift, square, clickLogits, loss, dh), floats: 4.0 * h.Length);

    void IBackend.TopK(Tensor scores, SparseBatch excluded, int k, Span<int> items, Span<float> itemScores)
    {
        long start = Stopwatch.GetTimestamp();
        inner.TopK(scores, excluded, k, items, itemScores); // not by Time: a closure cannot hold spans
        Note(start, scores, flops: 0, scores.Length, nameof(IBackend.TopK));
    }

    void IBackend.Hold(Parameter weight) => inner.Hold(weight);

    int IBackend.FewUsers(Parameter weight) => inner.FewUsers(weight);

    void IBackend.LinearTopK(
        Tensor x, Parameter weight, Parameter? bias, SparseBatch excluded, int k, Span<int> items, Span<float> itemScores)
    {
        long start = Stopwatch.GetTimestamp();
        inner.LinearTopK(x, weight, bias, excluded, k, items, itemScores);
        Note(start, weight.Value, 2.0 * x.Rows * weight.Value.Length, weight.Value.Length, nameof(IBackend.LinearTopK));
    }

    void IBackend.Adam(Parameter parameter, AdamStep step) =>
        Time(parameter.Value, () => inner.Adam(parameter, step), floats: 7.0 * parameter.Value.Length);

    private static double Products(Tensor result, int k) => 2.0 * result.Length * k;

    /// <summary>Runs an operation and notes what it took.</summary>
    /// <param name="largest">Its largest tensor.</param>
    /// <param name="work">The operation.</param>
    /// <param name="flops">Floating-point operations.</param>
    /// <param name="floats">Floats that it must move; negative for those of the largest tensor.</param>
    /// <param name="name">Its name.</param>
    /// <param name="varies">True if its work depends on the clicks of a batch, not on shapes alone.</param>
    private void Time(Tensor largest, Action work, double flops = 0, double floats = -1, [CallerMemberName] string name = "",
        bool varies = false)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        Note(start, largest, flops, floats < 0 ? largest.Length : floats, name, varies);
    }

    private void Note(long start, Tensor largest, double flops, double floats, string name, bool varies = false)
    {
        if (!Enabled) return;
        wait?.Invoke();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        // Products with one result and another k are not the same work.
        var key = (name, largest.Rows, largest.Columns, varies ? 0 : flops);
        if (!_times.TryGetValue(key, out var times))
            _times.Add(key, times = new(name, largest.Rows, largest.Columns));
        times.Add(seconds, flops, sizeof(float) * floats);
    }
}
