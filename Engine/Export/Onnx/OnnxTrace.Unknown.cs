using ManualVae.Compute;

namespace ManualVae.Export.Onnx;

// What no model scores by.
internal sealed partial class OnnxTrace
{
    void IBackend.Upload(ReadOnlySpan<double> source, Tensor destination) =>
        throw Unknown(nameof(IBackend.Upload));

    void IBackend.Download(Tensor source, Span<double> destination) =>
        throw Unknown(nameof(IBackend.Download));

    void IBackend.LogSumExp(Tensor logits, Tensor normalisers) =>
        throw Unknown(nameof(IBackend.LogSumExp));

    void IBackend.MultinomialOfPart(
        SparseBatch batch, double scale, Tensor logits, Tensor totals, Tensor loss, int firstRow) =>
        throw Unknown(nameof(IBackend.MultinomialOfPart));

    double IBackend.SquaredNorm(Tensor tensor) =>
        throw Unknown(nameof(IBackend.SquaredNorm));

    void IBackend.ActivationBackward(Activation activation, Tensor y, Tensor dy) =>
        throw Unknown(nameof(IBackend.ActivationBackward));

    void IBackend.SwishBackward(Tensor x, Tensor dy, Tensor dx) =>
        throw Unknown(nameof(IBackend.SwishBackward));

    void IBackend.GateBackward(Tensor h, Tensor g, Tensor dy, Tensor dh, Tensor dg) =>
        throw Unknown(nameof(IBackend.GateBackward));

    void IBackend.UnitRowsBackward(Tensor y, double length, Tensor norms, Tensor dy, Tensor dx) =>
        throw Unknown(nameof(IBackend.UnitRowsBackward));

    void IBackend.LayerNormBackward(Tensor x, Parameter gain, Parameter bias, Tensor saved, Tensor dy, Tensor dx) =>
        throw Unknown(nameof(IBackend.LayerNormBackward));

    void IBackend.MatMul(Transpose transpose, Tensor a, Tensor b, Tensor c, bool accumulate) =>
        throw Unknown(nameof(IBackend.MatMul));

    void IBackend.LinearBackward(Tensor x, Parameter weight, Parameter? bias, Tensor dy, Tensor dx) =>
        throw Unknown(nameof(IBackend.LinearBackward));

    void IBackend.SparseLinearBackward(SparseBatch batch, Parameter weight, Parameter? bias, Tensor dy) =>
        throw Unknown(nameof(IBackend.SparseLinearBackward));

    void IBackend.SelfTermBackward(SparseBatch batch, Parameter input, Parameter output, Tensor dy) =>
        throw Unknown(nameof(IBackend.SelfTermBackward));

    void IBackend.LeaveUsersOut(SparseBatch batch, Tensor diagonal, Tensor y) =>
        throw Unknown(nameof(IBackend.LeaveUsersOut));

    void IBackend.DrawNoise(SparseBatch batch, RandomKey key, Tensor noise) =>
        throw Unknown(nameof(IBackend.DrawNoise));

    void IBackend.SampleBackward(Tensor posterior, Tensor noise, Tensor dz, Tensor dPosterior) =>
        throw Unknown(nameof(IBackend.SampleBackward));

    void IBackend.StandardKlForward(Tensor posterior, Tensor loss) =>
        throw Unknown(nameof(IBackend.StandardKlForward));

    void IBackend.StandardKlBackward(Tensor posterior, Tensor rowScale, Tensor dPosterior) =>
        throw Unknown(nameof(IBackend.StandardKlBackward));

    void IBackend.GaussianLogDensityForward(Tensor z, Tensor posterior, Tensor logDensity) =>
        throw Unknown(nameof(IBackend.GaussianLogDensityForward));

    void IBackend.GaussianLogDensityBackward(Tensor z, Tensor posterior, Tensor rowScale, Tensor dz, Tensor dPosterior) =>
        throw Unknown(nameof(IBackend.GaussianLogDensityBackward));

    void IBackend.CompositeLogDensityForward(CompositePrior prior, Tensor z, Tensor oldPosterior, Tensor logDensity) =>
        throw Unknown(nameof(IBackend.CompositeLogDensityForward));

    void IBackend.CompositeLogDensityBackward(
        CompositePrior prior, Tensor z, Tensor oldPosterior, Tensor rowScale, Tensor dz) =>
        throw Unknown(nameof(IBackend.CompositeLogDensityBackward));

    void IBackend.MixtureLogDensityForward(Tensor z, Tensor components, Tensor logDensity, Tensor responsibilities) =>
        throw Unknown(nameof(IBackend.MixtureLogDensityForward));

    void IBackend.MixtureLogDensityBackward(
        Tensor z, Tensor components, Tensor responsibilities, Tensor rowScale, Tensor dz, Tensor dComponents) =>
        throw Unknown(nameof(IBackend.MixtureLogDensityBackward));

    void IBackend.AnchorForward(
        AnchorTerm term, SparseBatch batch, Parameter anchors, Tensor posterior, Tensor z, Tensor centroids,
        Tensor loss) =>
        throw Unknown(nameof(IBackend.AnchorForward));

    void IBackend.AnchorBackward(
        AnchorTerm term, SparseBatch batch, Parameter anchors, Tensor posterior, Tensor z, Tensor centroids,
        Tensor rowScale, Tensor dPosterior, Tensor dz) =>
        throw Unknown(nameof(IBackend.AnchorBackward));

    void IBackend.DropEmphasis(SparseBatch batch, double dropped, double kept, Tensor emphasis) =>
        throw Unknown(nameof(IBackend.DropEmphasis));

    void IBackend.LikelihoodForward(Likelihood likelihood, SparseBatch batch, Tensor logits, Tensor loss, int firstRow) =>
        throw Unknown(nameof(IBackend.LikelihoodForward));

    void IBackend.LikelihoodBackward(
        Likelihood likelihood, SparseBatch batch, double scale, Tensor logits, Tensor loss, int firstRow) =>
        throw Unknown(nameof(IBackend.LikelihoodBackward));

    void IBackend.ClickLogitsForward(SparseBatch batch, Tensor h, Parameter weight, Parameter bias, Tensor logits) =>
        throw Unknown(nameof(IBackend.ClickLogitsForward));

    void IBackend.ClickLogitsBackward(
        SparseBatch batch, Tensor h, Parameter weight, Parameter bias, Tensor dLogits, Tensor dh) =>
        throw Unknown(nameof(IBackend.ClickLogitsBackward));

    void IBackend.GaussianGramBackward(
        Likelihood likelihood, SparseBatch batch, double scale, Tensor h, Tensor products, Tensor shift, Tensor square,
        Tensor clickLogits, Tensor loss, Tensor dh) => throw Unknown(nameof(IBackend.GaussianGramBackward));

    void IBackend.TopK(Tensor scores, SparseBatch excluded, int k, Span<int> items, Span<float> itemScores) =>
        throw Unknown(nameof(IBackend.TopK));

    void IBackend.LinearTopK(
        Tensor x, Parameter weight, Parameter? bias, SparseBatch excluded, int k, Span<int> items, Span<float> itemScores) =>
        throw Unknown(nameof(IBackend.LinearTopK));

    void IBackend.Adam(Parameter parameter, AdamStep step) =>
        throw Unknown(nameof(IBackend.Adam));
}
