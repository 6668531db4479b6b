namespace ManualVae.Compute.Ranks;

// What a rank computes alone: hidden layers, the same on every rank, and what concerns its own items.
public sealed partial class RankBackend
{
    /// <inheritdoc/>
    public bool IsDoublePrecision => _inner.IsDoublePrecision;

    bool IBackend.FusesUpdates => _inner.FusesUpdates && Groups.Size == 1; // gradients of other groups come first
    long? IBackend.MemoryLimit => _inner.MemoryLimit;
    void IBackend.Flush(Parameter parameter) => _inner.Flush(parameter);
    Tensor IBackend.Allocate(int rows, int columns) => _inner.Allocate(rows, columns);
    void IBackend.Free(Tensor tensor) => _inner.Free(tensor);
    void IBackend.Upload(ReadOnlySpan<float> source, Tensor destination) => _inner.Upload(source, destination);
    void IBackend.Upload(ReadOnlySpan<double> source, Tensor destination) => _inner.Upload(source, destination);
    void IBackend.Download(Tensor source, Span<float> destination) => _inner.Download(source, destination);
    void IBackend.Download(Tensor source, Span<double> destination) => _inner.Download(source, destination);
    void IBackend.Copy(Tensor source, Tensor destination) => _inner.Copy(source, destination);
    void IBackend.Fill(Tensor tensor, double value) => _inner.Fill(tensor, value);
    void IBackend.Add(Tensor source, double scale, Tensor destination) => _inner.Add(source, scale, destination);
    double IBackend.SquaredNorm(Tensor tensor) => _inner.SquaredNorm(tensor);
    void IBackend.ConcatForward(Tensor a, Tensor b, Tensor y) => _inner.ConcatForward(a, b, y);
    void IBackend.ConcatBackward(Tensor dy, Tensor da, Tensor db) => _inner.ConcatBackward(dy, da, db);

    void IBackend.ActivationBackward(Activation activation, Tensor y, Tensor dy) =>
        _inner.ActivationBackward(activation, y, dy);

    void IBackend.SwishForward(Tensor x, Tensor y) => _inner.SwishForward(x, y);
    void IBackend.SwishBackward(Tensor x, Tensor dy, Tensor dx) => _inner.SwishBackward(x, dy, dx);
    void IBackend.GateForward(Tensor h, Tensor g, Tensor y) => _inner.GateForward(h, g, y);

    void IBackend.GateBackward(Tensor h, Tensor g, Tensor dy, Tensor dh, Tensor dg) =>
        _inner.GateBackward(h, g, dy, dh, dg);

    void IBackend.LayerNormForward(Tensor x, Parameter gain, Parameter bias, double epsilon, Tensor y, Tensor saved) =>
        _inner.LayerNormForward(x, gain, bias, epsilon, y, saved);

    void IBackend.LayerNormBackward(Tensor x, Parameter gain, Parameter bias, Tensor saved, Tensor dy, Tensor dx) =>
        _inner.LayerNormBackward(x, gain, bias, saved, dy, dx);

    void IBackend.MatMul(Transpose transpose, Tensor a, Tensor b, Tensor c, bool accumulate) =>
        _inner.MatMul(transpose, a, b, c, accumulate);

    void IBackend.LinearForward(Tensor x, Parameter weight, Parameter? bias, Activation activation, Tensor y) =>
        _inner.LinearForward(x, weight, bias, activation, y);

    void IBackend.SparseLinearBackward(SparseBatch batch, Parameter weight, Parameter? bias, Tensor dy) =>
        _inner.SparseLinearBackward(batch, weight, bias, dy);

    void IBackend.DrawNoise(SparseBatch batch, RandomKey key, Tensor noise) => _inner.DrawNoise(batch, key, noise);

    void IBackend.SampleForward(Tensor posterior, Tensor noise, Tensor z) => _inner.SampleForward(posterior, noise, z);

    void IBackend.SampleBackward(Tensor posterior, Tensor noise, Tensor dz, Tensor dPosterior) =>
        _inner.SampleBackward(posterior, noise, dz, dPosterior);

    void IBackend.StandardKlForward(Tensor posterior, Tensor loss) => _inner.StandardKlForward(posterior, loss);

    void IBackend.StandardKlBackward(Tensor posterior, Tensor rowScale, Tensor dPosterior) =>
        _inner.StandardKlBackward(posterior, rowScale, dPosterior);

    void IBackend.GaussianLogDensityForward(Tensor z, Tensor posterior, Tensor logDensity) =>
        _inner.GaussianLogDensityForward(z, posterior, logDensity);

    void IBackend.GaussianLogDensityBackward(Tensor z, Tensor posterior, Tensor rowScale, Tensor dz, Tensor dPosterior) =>
        _inner.GaussianLogDensityBackward(z, posterior, rowScale, dz, dPosterior);

    void IBackend.CompositeLogDensityForward(CompositePrior prior, Tensor z, Tensor oldPosterior, Tensor logDensity) =>
        _inner.CompositeLogDensityForward(prior, z, oldPosterior, logDensity);

    void IBackend.CompositeLogDensityBackward(
        CompositePrior prior, Tensor z, Tensor oldPosterior, Tensor rowScale, Tensor dz) =>
        _inner.CompositeLogDensityBackward(prior, z, oldPosterior, rowScale, dz);

    void IBackend.MixtureLogDensityForward(Tensor z, Tensor components, Tensor logDensity, Tensor responsibilities) =>
        _inner.MixtureLogDensityForward(z, components, logDensity, responsibilities);

    void IBackend.MixtureLogDensityBackward(
        Tensor z, Tensor components, Tensor responsibilities, Tensor rowScale, Tensor dz, Tensor dComponents) =>
        _inner.MixtureLogDensityBackward(z, components, responsibilities, rowScale, dz, dComponents);

    void IBackend.AnchorBackward(
        AnchorTerm term, SparseBatch batch, Parameter anchors, Tensor posterior, Tensor z, Tensor centroids, Tensor rowScale,
        Tensor dPosterior, Tensor dz) =>
        _inner.AnchorBackward(term, batch, anchors, posterior, z, centroids, rowScale, dPosterior, dz);

    void IBackend.ClickLogitsForward(SparseBatch batch, Tensor h, Parameter weight, Parameter bias, Tensor logits) =>
        throw OneProcessOnly();

    void IBackend.ClickLogitsBackward(
        SparseBatch batch, Tensor h, Parameter weight, Parameter bias, Tensor dLogits, Tensor dh) => throw OneProcessOnly();

    void IBackend.GaussianGramBackward(
        Likelihood likelihood, SparseBatch batch, double scale, Tensor h, Tensor products, Tensor shift, Tensor square,
        Tensor clickLogits, Tensor loss, Tensor dh) => throw OneProcessOnly();

    void IBackend.UnitRowsForward(Tensor x, double length, Tensor y, Tensor norms) =>
        _inner.UnitRowsForward(x, length, y, norms);

    void IBackend.UnitRowsBackward(Tensor y, double length, Tensor norms, Tensor dy, Tensor dx) =>
        _inner.UnitRowsBackward(y, length, norms, dy, dx);

    void IBackend.SelfTermForward(SparseBatch batch, Parameter input, Parameter output, Tensor y) => throw OneProcessOnly();

    void IBackend.SelfTermBackward(SparseBatch batch, Parameter input, Parameter output, Tensor dy) => throw OneProcessOnly();

    void IBackend.LeaveUsersOut(SparseBatch batch, Tensor diagonal, Tensor y) => throw OneProcessOnly();

    void IBackend.DropEmphasis(SparseBatch batch, double dropped, double kept, Tensor emphasis) => throw OneProcessOnly();

    void IBackend.Adam(Parameter parameter, AdamStep step) => _inner.Adam(parameter, step);

    private static NotSupportedException OneProcessOnly() => new("this part of a model is for one process");
}
