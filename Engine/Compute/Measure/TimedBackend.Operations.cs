namespace ManualVae.Compute.Measure;

// Every operation of the contract: run it, note what it took.
public sealed partial class TimedBackend
{
    /// <inheritdoc/>
    public void Flush(Parameter parameter) => inner.Flush(parameter);

    /// <inheritdoc/>
    public Tensor Allocate(int rows, int columns) => inner.Allocate(rows, columns);

    /// <inheritdoc/>
    public void Free(Tensor tensor) => inner.Free(tensor);

    /// <inheritdoc/>
    public SparseBatch AllocateBatch(int maxRows, int columns, int maxEntries) => inner.AllocateBatch(maxRows, columns, maxEntries);

    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<float> source, Tensor destination) => inner.Upload(source, destination);

    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<double> source, Tensor destination) => inner.Upload(source, destination);

    /// <inheritdoc/>
    public void Download(Tensor source, Span<float> destination) => inner.Download(source, destination);

    /// <inheritdoc/>
    public void Download(Tensor source, Span<double> destination) => inner.Download(source, destination);

    /// <inheritdoc/>
    public void Copy(Tensor source, Tensor destination)
    {
        long start = Start();
        inner.Copy(source, destination);
        Note(start, "Copy", destination, 0, 8.0 * source.Length);
    }

    /// <inheritdoc/>
    public void Fill(Tensor tensor, double value)
    {
        long start = Start();
        inner.Fill(tensor, value);
        Note(start, "Fill", tensor, 0, 4.0 * tensor.Length);
    }

    /// <inheritdoc/>
    public void Add(Tensor source, double scale, Tensor destination)
    {
        long start = Start();
        inner.Add(source, scale, destination);
        Note(start, "Add", destination, 0, 12.0 * source.Length);
    }

    /// <inheritdoc/>
    public double SquaredNorm(Tensor tensor)
    {
        long start = Start();
        double result = inner.SquaredNorm(tensor);
        Note(start, "SquaredNorm", tensor, 0, 4.0 * tensor.Length);
        return result;
    }

    /// <inheritdoc/>
    public void ConcatForward(Tensor a, Tensor b, Tensor y)
    {
        long start = Start();
        inner.ConcatForward(a, b, y);
        Note(start, "ConcatForward", y, 0, 4.0 * y.Length);
    }

    /// <inheritdoc/>
    public void ConcatBackward(Tensor dy, Tensor da, Tensor db)
    {
        long start = Start();
        inner.ConcatBackward(dy, da, db);
        Note(start, "ConcatBackward", dy, 0, 4.0 * dy.Length);
    }

    /// <inheritdoc/>
    public void ActivationBackward(Activation activation, Tensor y, Tensor dy)
    {
        long start = Start();
        inner.ActivationBackward(activation, y, dy);
        Note(start, "ActivationBackward", y, 0, 12.0 * y.Length);
    }

    /// <inheritdoc/>
    public void SwishForward(Tensor x, Tensor y)
    {
        long start = Start();
        inner.SwishForward(x, y);
        Note(start, "SwishForward", x, 0, 4.0 * x.Length);
    }

    /// <inheritdoc/>
    public void SwishBackward(Tensor x, Tensor dy, Tensor dx)
    {
        long start = Start();
        inner.SwishBackward(x, dy, dx);
        Note(start, "SwishBackward", x, 0, 4.0 * x.Length);
    }

    /// <inheritdoc/>
    public void GateForward(Tensor h, Tensor g, Tensor y)
    {
        long start = Start();
        inner.GateForward(h, g, y);
        Note(start, "GateForward", h, 0, 4.0 * h.Length);
    }

    /// <inheritdoc/>
    public void GateBackward(Tensor h, Tensor g, Tensor dy, Tensor dh, Tensor dg)
    {
        long start = Start();
        inner.GateBackward(h, g, dy, dh, dg);
        Note(start, "GateBackward", h, 0, 4.0 * h.Length);
    }

    /// <inheritdoc/>
    public void LayerNormForward(Tensor x, Parameter gain, Parameter bias, double epsilon, Tensor y, Tensor saved)
    {
        long start = Start();
        inner.LayerNormForward(x, gain, bias, epsilon, y, saved);
        Note(start, "LayerNormForward", x, 0, 4.0 * x.Length);
    }

    /// <inheritdoc/>
    public void LayerNormBackward(Tensor x, Parameter gain, Parameter bias, Tensor saved, Tensor dy, Tensor dx)
    {
        long start = Start();
        inner.LayerNormBackward(x, gain, bias, saved, dy, dx);
        Note(start, "LayerNormBackward", x, 0, 4.0 * x.Length);
    }

    /// <inheritdoc/>
    public void MatMul(Transpose transpose, Tensor a, Tensor b, Tensor c, bool accumulate = false)
    {
        long start = Start();
        inner.MatMul(transpose, a, b, c, accumulate);
        Note(start, "MatMul", c, Products(c, transpose == Transpose.First ? a.Rows : a.Columns), 4.0 * (a.Length + b.Length + c.Length));
    }

    /// <inheritdoc/>
    public void LinearForward(Tensor x, Parameter weight, Parameter? bias, Activation activation, Tensor y)
    {
        long start = Start();
        inner.LinearForward(x, weight, bias, activation, y);
        Note(start, "LinearForward", y, Products(y, x.Columns), 4.0 * (x.Length + weight.Value.Length + y.Length));
    }

    /// <inheritdoc/>
    public void LinearBackward(Tensor x, Parameter weight, Parameter? bias, Tensor dy, Tensor dx)
    {
        // Its two products, one after the other as the contract orders them, so that each shows under its own name.
        var w = weight.Value;
        long start = Start();
        if (!dx.IsNone)
        {
            inner.MatMul(Transpose.None, dy, w, dx, accumulate: true);
            Note(start, "LinearBackward dx", dx, Products(dx, w.Rows), 4.0 * (dy.Length + w.Length + dx.Length));
        }
        start = Start();
        inner.LinearBackward(x, weight, bias, dy, default);
        Note(start, weight.IsFused ? "LinearBackward dW + Adam" : "LinearBackward dW", w, Products(w, x.Rows),
            4.0 * (dy.Length + x.Length) + (weight.IsFused ? 24.0 : 8.0) * w.Length);
    }

    /// <inheritdoc/>
    public void EncodeInputs(SparseBatch batch, InputMask mask)
    {
        long start = Start();
        inner.EncodeInputs(batch, mask);
        Note(start, "EncodeInputs", batch.Inputs, 0, 0);
    }

    /// <inheritdoc/>
    public void SparseLinearForward(SparseBatch batch, Parameter weight, Parameter? bias, Activation activation, Tensor y)
    {
        long start = Start();
        inner.SparseLinearForward(batch, weight, bias, activation, y);
        Note(start, "SparseLinearForward", y, 2.0 * batch.Entries * y.Columns, 4.0 * ((double)batch.ActiveColumnCount * y.Columns + y.Length));
    }

    /// <inheritdoc/>
    public void SparseLinearBackward(SparseBatch batch, Parameter weight, Parameter? bias, Tensor dy)
    {
        long start = Start();
        inner.SparseLinearBackward(batch, weight, bias, dy);
        Note(start, weight.IsFused ? "SparseLinearBackward + Adam" : "SparseLinearBackward", dy, 2.0 * batch.Entries * dy.Columns, 4.0 * dy.Length + (weight.IsFused ? 24.0 * weight.Value.Length : 8.0 * batch.ActiveColumnCount * dy.Columns));
    }

    /// <inheritdoc/>
    public void DrawNoise(SparseBatch batch, RandomKey key, Tensor noise)
    {
        long start = Start();
        inner.DrawNoise(batch, key, noise);
        Note(start, "DrawNoise", noise, 0, 4.0 * noise.Length);
    }

    /// <inheritdoc/>
    public void SampleForward(Tensor posterior, Tensor noise, Tensor z)
    {
        long start = Start();
        inner.SampleForward(posterior, noise, z);
        Note(start, "SampleForward", posterior, 0, 4.0 * posterior.Length);
    }

    /// <inheritdoc/>
    public void SampleBackward(Tensor posterior, Tensor noise, Tensor dz, Tensor dPosterior)
    {
        long start = Start();
        inner.SampleBackward(posterior, noise, dz, dPosterior);
        Note(start, "SampleBackward", posterior, 0, 4.0 * posterior.Length);
    }

    /// <inheritdoc/>
    public void StandardKlForward(Tensor posterior, Tensor loss)
    {
        long start = Start();
        inner.StandardKlForward(posterior, loss);
        Note(start, "StandardKlForward", posterior, 0, 4.0 * posterior.Length);
    }

    /// <inheritdoc/>
    public void StandardKlBackward(Tensor posterior, Tensor rowScale, Tensor dPosterior)
    {
        long start = Start();
        inner.StandardKlBackward(posterior, rowScale, dPosterior);
        Note(start, "StandardKlBackward", posterior, 0, 4.0 * posterior.Length);
    }

    /// <inheritdoc/>
    public void GaussianLogDensityForward(Tensor z, Tensor posterior, Tensor logDensity)
    {
        long start = Start();
        inner.GaussianLogDensityForward(z, posterior, logDensity);
        Note(start, "GaussianLogDensityForward", z, 0, 4.0 * z.Length);
    }

    /// <inheritdoc/>
    public void GaussianLogDensityBackward(Tensor z, Tensor posterior, Tensor rowScale, Tensor dz, Tensor dPosterior)
    {
        long start = Start();
        inner.GaussianLogDensityBackward(z, posterior, rowScale, dz, dPosterior);
        Note(start, "GaussianLogDensityBackward", z, 0, 4.0 * z.Length);
    }

    /// <inheritdoc/>
    public void CompositeLogDensityForward(CompositePrior prior, Tensor z, Tensor oldPosterior, Tensor logDensity)
    {
        long start = Start();
        inner.CompositeLogDensityForward(prior, z, oldPosterior, logDensity);
        Note(start, "CompositeLogDensityForward", z, 0, 4.0 * z.Length);
    }

    /// <inheritdoc/>
    public void CompositeLogDensityBackward(CompositePrior prior, Tensor z, Tensor oldPosterior, Tensor rowScale, Tensor dz)
    {
        long start = Start();
        inner.CompositeLogDensityBackward(prior, z, oldPosterior, rowScale, dz);
        Note(start, "CompositeLogDensityBackward", z, 0, 4.0 * z.Length);
    }

    /// <inheritdoc/>
    public void MixtureLogDensityForward(Tensor z, Tensor components, Tensor logDensity, Tensor responsibilities)
    {
        long start = Start();
        inner.MixtureLogDensityForward(z, components, logDensity, responsibilities);
        Note(start, "MixtureLogDensityForward", z, 0, 4.0 * z.Length);
    }

    /// <inheritdoc/>
    public void MixtureLogDensityBackward(
        Tensor z, Tensor components, Tensor responsibilities, Tensor rowScale, Tensor dz, Tensor dComponents)
    {
        long start = Start();
        inner.MixtureLogDensityBackward(z, components, responsibilities, rowScale, dz, dComponents);
        Note(start, "MixtureLogDensityBackward", z, 0, 4.0 * z.Length);
    }

    /// <inheritdoc/>
    public void AnchorForward(
        AnchorForm form, SparseBatch batch, Parameter anchors, Tensor posterior, Tensor z, Tensor centroids, Tensor loss)
    {
        long start = Start();
        inner.AnchorForward(form, batch, anchors, posterior, z, centroids, loss);
        Note(start, "AnchorForward", posterior, 0, 4.0 * posterior.Length);
    }

    /// <inheritdoc/>
    public void AnchorBackward(
        AnchorForm form, SparseBatch batch, Parameter anchors, Tensor posterior, Tensor z, Tensor centroids, Tensor rowScale, Tensor dPosterior, Tensor dz)
    {
        long start = Start();
        inner.AnchorBackward(form, batch, anchors, posterior, z, centroids, rowScale, dPosterior, dz);
        Note(start, "AnchorBackward", posterior, 0, 4.0 * posterior.Length);
    }

    /// <inheritdoc/>
    public void LikelihoodForward(Likelihood likelihood, SparseBatch batch, Tensor logits, Tensor loss)
    {
        long start = Start();
        inner.LikelihoodForward(likelihood, batch, logits, loss);
        Note(start, "LikelihoodForward", logits, 0, 4.0 * logits.Length);
    }

    /// <inheritdoc/>
    public void LikelihoodBackward(Likelihood likelihood, SparseBatch batch, double scale, Tensor logits, Tensor loss)
    {
        long start = Start();
        inner.LikelihoodBackward(likelihood, batch, scale, logits, loss);
        Note(start, "LikelihoodBackward", logits, 0, 8.0 * logits.Length);
    }

    /// <inheritdoc/>
    public void TopK(Tensor scores, SparseBatch excluded, int k, Span<int> items, Span<float> itemScores)
    {
        long start = Start();
        inner.TopK(scores, excluded, k, items, itemScores);
        Note(start, "TopK", scores, 0, 4.0 * scores.Length);
    }

    /// <inheritdoc/>
    public void Adam(Parameter parameter, AdamStep step)
    {
        long start = Start();
        inner.Adam(parameter, step);
        Note(start, "Adam", parameter.Value, 0, 28.0 * parameter.Value.Length);
    }
}
