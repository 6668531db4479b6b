using System.Buffers;
using System.Numerics.Tensors;
using ManualVae.Compute.Ranks;

namespace ManualVae.Compute;

/// <summary>
/// The contract of the engine: every operation that a model needs, as forward/backward pairs over opaque tensors. A model is
/// written once against it; the reference backend (double precision, plain loops) is the oracle, the SIMD and GPU backends
/// are the fast ones.
/// </summary>
/// <remarks>
/// <para>B = users in the batch, I = items, K = latent dimensions, n and m = layer widths. Tensors are row-major.</para>
/// <para>Forward passes overwrite their outputs. Backward passes <b>add</b> to every gradient they name (dX, dW, ...); zeroing
/// is explicit. A gradient given as none (<c>default</c>) is not computed. A method that works in place says so.</para>
/// <para>A posterior is one B x 2K tensor: columns [0, K) the mean mu, [K, 2K) the log variance; sigma = exp(logvar / 2).</para>
/// <para>"rowScale" (B x 1, or none for 1) multiplies each user's loss gradient: 1/B for a mean, beta/B for a weighted KL.</para>
/// <para>Every output element is computed by one thread in a fixed order: results do not depend on the number of threads.
/// Shapes are asserted in debug builds only; models and studies check what users give.</para>
/// <para>One backend serves one thread at a time, which may change between operations; different backends are independent, also
/// if they share a pool of threads. A backend that is asked for an operation while another thread is inside one throws
/// <see cref="InvalidOperationException"/>, unless it can serve both. Only <see cref="Allocate"/>, <see cref="Free"/> and
/// <see cref="AllocateBatch"/> may be called from any thread at any time.</para>
/// </remarks>
public partial interface IBackend : IDisposable
{
    /// <summary>
    /// Name, as <see cref="Backends.Create"/> takes it: <c>reference</c>, <c>simd</c>, <c>gpu:0</c>, <c>ilgpu-cpu</c>.
    /// </summary>
    string Name { get; }

    /// <summary>One line for run headers: instruction set or device, threads, precision.</summary>
    string Description { get; }

    /// <summary>True for double precision; checkpoints keep whichever it is, so that a resumed run is exact.</summary>
    bool IsDoublePrecision => false;

    /// <summary>
    /// True if LinearBackward and SparseLinearBackward apply <see cref="Parameter.FusedStep"/> to parameters whose
    /// <see cref="Parameter.IsFused"/> is set, instead of adding to a gradient (weights only; biases are never fused).
    /// </summary>
    bool FusesUpdates => false;

    /// <summary>
    /// Bytes that tensors may take if the backend has memory of its own; null if they lie in the machine's memory.
    /// </summary>
    long? MemoryLimit => null;

    /// <summary>The ranks that share the items; one process alone, unless a backend splits them.</summary>
    Communicator Ranks => Communicator.Alone;

    /// <summary>
    /// The ranks with the same items that each take a part of a batch's users; one process alone, unless divided.
    /// </summary>
    Communicator Groups => Communicator.Alone;

    /// <summary>True for the rank that writes a model's files.</summary>
    sealed bool IsFirst => Ranks.IsFirst && Groups.IsFirst;

    /// <summary>Adds the gradients of all groups' users up, in the groups' order; all get the same.</summary>
    void SumOverGroups(Tensor gradient) { }

    /// <summary>
    /// The items that it holds of so many: its tensors have rows (or columns) for these, its batches take their clicks.
    /// </summary>
    ItemRange OwnItems(int items) => ItemRange.Whole(items);

    /// <summary>True if it has <see cref="LogSumExp"/> and <see cref="MultinomialOfPart"/>.</summary>
    bool ComputesParts => false;

    /// <summary>
    /// Brings a parameter's values and moments up to date if the backend has deferred part of its updates. Called before
    /// anything but the backend's own operations reads them.
    /// </summary>
    void Flush(Parameter parameter) { }

    // ---- Memory --------------------------------------------------------------------------------------------------

    /// <summary>A new tensor, zeroed. It lives until <see cref="Free"/> or the end of the backend.</summary>
    Tensor Allocate(int rows, int columns);

    /// <summary>Gives back the memory of a tensor that <see cref="Allocate"/> made.</summary>
    void Free(Tensor tensor);

    /// <summary>
    /// A batch with room for <paramref name="maxRows"/> users and <paramref name="maxEntries"/> clicks; disposing gives it back.
    /// </summary>
    SparseBatch AllocateBatch(int maxRows, int columns, int maxEntries);

    /// <summary>Host to backend.</summary>
    void Upload(ReadOnlySpan<float> source, Tensor destination);

    /// <summary>Host to backend; rounds if the backend is single precision.</summary>
    void Upload(ReadOnlySpan<double> source, Tensor destination)
    {
        var single = ArrayPool<float>.Shared.Rent(source.Length);
        TensorPrimitives.ConvertTruncating<double, float>(source, single);
        Upload(single.AsSpan(0, source.Length), destination);
        ArrayPool<float>.Shared.Return(single);
    }

    /// <summary>Backend to host; rounds if the backend is double precision.</summary>
    void Download(Tensor source, Span<float> destination);

    /// <summary>Backend to host.</summary>
    void Download(Tensor source, Span<double> destination)
    {
        int length = checked((int)source.Length);
        var single = ArrayPool<float>.Shared.Rent(length);
        Download(source, single.AsSpan(0, length));
        TensorPrimitives.ConvertTruncating<float, double>(single.AsSpan(0, length), destination);
        ArrayPool<float>.Shared.Return(single);
    }

    /// <summary>Backend to backend, same number of elements.</summary>
    void Copy(Tensor source, Tensor destination);

    /// <summary>Copies rows: destination[r] = source[rows[r]].</summary>
    void GatherRows(Tensor source, ReadOnlySpan<int> rows, Tensor destination)
    {
        for (int r = 0; r < rows.Length; r++) Copy(source.Slice(rows[r], 1), destination.Slice(r, 1));
    }

    /// <summary>Copies rows back: destination[rows[r]] = source[r]; the rows differ from each other.</summary>
    void ScatterRows(Tensor source, ReadOnlySpan<int> rows, Tensor destination)
    {
        for (int r = 0; r < rows.Length; r++) Copy(source.Slice(r, 1), destination.Slice(rows[r], 1));
    }

    /// <summary>Moves each row of a parameter and its moments as its rest says: updates without a gradient.</summary>
    /// <param name="parameter">With a value and moments [R, n].</param>
    /// <param name="rests">R of them.</param>
    /// <param name="epsilon">That of <see cref="AdamStep"/>.</param>
    void AdamAtRest(Parameter parameter, ReadOnlySpan<AdamRest> rests, double epsilon)
    {
        int width = parameter.Value.Columns;
        var (w, m, v) = (new double[width], new double[width], new double[width]);
        for (int row = 0; row < rests.Length; row++)
        {
            if (rests[row] == AdamRest.None) continue;
            int place = parameter.MomentRow(row);
            Tensor weights = parameter.Value.Slice(row, 1), first = parameter.FirstMoment.Slice(place, 1),
                second = parameter.SecondMoment.Slice(place, 1);
            Download(weights, w);
            Download(first, m);
            Download(second, v);
            rests[row].Apply(epsilon, w, m, v);
            Upload(w, weights);
            Upload(m, first);
            Upload(v, second);
        }
    }

    /// <summary>Sets every element.</summary>
    void Fill(Tensor tensor, double value);

    // ---- Elementwise and reductions ------------------------------------------------------------------------------

    /// <summary>destination += scale * source.</summary>
    void Add(Tensor source, double scale, Tensor destination);

    /// <summary>
    /// Sum of squares of all elements, in double precision, in a fixed order. Not finite if any element is not.
    /// </summary>
    double SquaredNorm(Tensor tensor);

    /// <summary>y[B, n+m] = [a[B, n], b[B, m]].</summary>
    void ConcatForward(Tensor a, Tensor b, Tensor y);

    /// <summary>da += the left columns of dy, db += the right ones.</summary>
    void ConcatBackward(Tensor dy, Tensor da, Tensor db);

    /// <summary>In place: dy *= f'(x), by the output y = f(x).</summary>
    void ActivationBackward(Activation activation, Tensor y, Tensor dy);

    /// <summary>y = x * sigmoid(x) (swish, Ramachandran et al. 2017; RecVAE's encoder).</summary>
    void SwishForward(Tensor x, Tensor y) => GateForward(x, x, y);

    /// <summary>dx += dy * (s + x s (1 - s)), s = sigmoid(x).</summary>
    void SwishBackward(Tensor x, Tensor dy, Tensor dx);

    /// <summary>y = h * sigmoid(g) (gated layer of H+Vamp, Kim and Suh 2019).</summary>
    void GateForward(Tensor h, Tensor g, Tensor y);

    /// <summary>dh += dy * sigmoid(g); dg += dy * h * sigmoid(g) (1 - sigmoid(g)).</summary>
    void GateBackward(Tensor h, Tensor g, Tensor dy, Tensor dh, Tensor dg);

    /// <summary>
    /// y = length x / ||x|| for each row: rows of equal length. <paramref name="norms"/> [B, 1] keeps max(||x||, 1e-6); a row of
    /// zeros stays one.
    /// </summary>
    void UnitRowsForward(Tensor x, double length, Tensor y, Tensor norms);

    /// <summary>dx += (length dy - y (y . dy) / length) / norm, by the output y.</summary>
    void UnitRowsBackward(Tensor y, double length, Tensor norms, Tensor dy, Tensor dx);

    /// <summary>
    /// y = gain * (x - mean) / sqrt(var + epsilon) + bias for each row (Ba et al. 2016; var without Bessel's correction).
    /// <paramref name="saved"/> [B, 2] keeps each row's mean and 1 / sqrt(var + epsilon).
    /// </summary>
    void LayerNormForward(Tensor x, Parameter gain, Parameter bias, double epsilon, Tensor y, Tensor saved);

    /// <summary>Adds to dx and to the gradients of gain and bias.</summary>
    void LayerNormBackward(Tensor x, Parameter gain, Parameter bias, Tensor saved, Tensor dy, Tensor dx);

    // ---- Dense layers --------------------------------------------------------------------------------------------

    /// <summary>C (+)= op(A) op(B), the bare product.</summary>
    void MatMul(Transpose transpose, Tensor a, Tensor b, Tensor c, bool accumulate = false);

    /// <summary>y[B, m] = f(x[B, n] weight[m, n]' + bias[1, m]); bias may be null.</summary>
    void LinearForward(Tensor x, Parameter weight, Parameter? bias, Activation activation, Tensor y);

    /// <summary>
    /// dy is the gradient at the pre-activation (see <see cref="ActivationBackward"/>). dx += dy W; dW += dy' x; dbias += column
    /// sums of dy. Reads the old weight before any fused update of it.
    /// </summary>
    void LinearBackward(Tensor x, Parameter weight, Parameter? bias, Tensor dy, Tensor dx);

    // ---- Sparse input layer --------------------------------------------------------------------------------------

    /// <summary>
    /// Writes <see cref="SparseBatch.Inputs"/> from <see cref="SparseBatch.Targets"/>: normalise by sqrt(max(sum x^2, 1e-12)),
    /// unless the mask is plain, and mask as <paramref name="mask"/> says. A row without clicks, or with all of them masked,
    /// stays zero.
    /// </summary>
    void EncodeInputs(SparseBatch batch, InputMask mask);

    /// <summary>y[B, n] = f(Inputs weight[I, n] + bias[1, n]).</summary>
    void SparseLinearForward(SparseBatch batch, Parameter weight, Parameter? bias, Activation activation, Tensor y);

    /// <summary>dW[i] += sum over the batch's clicks on i of input * dy[user]; dbias += column sums of dy.</summary>
    void SparseLinearBackward(SparseBatch batch, Parameter weight, Parameter? bias, Tensor dy);

    /// <summary>
    /// y[u, i] -= input * in[i] . out[i] for each click of user u on item i: what a click adds to its own item through
    /// in[I, n] out[I, n]'. In place, y [B, I].
    /// </summary>
    void SelfTermForward(SparseBatch batch, Parameter input, Parameter output, Tensor y);

    /// <summary>din[i] -= s out[i], dout[i] -= s in[i]; s = sum over the batch's clicks on i of input * dy[user, i].</summary>
    void SelfTermBackward(SparseBatch batch, Parameter input, Parameter output, Tensor dy);

    /// <summary>
    /// In place, y[u, j] of a training user u by ridge regressions of each item on the others becomes what it were if they had
    /// been fitted without u: y := x - r / (1 - h), r = x_j - y_j, h = x'q - r^2 p_j, q_i = (x_i - y_i) p_i, x the batch's
    /// inputs, p[1, I] the diagonal of (X'X + lambda I)^-1. Exact (the leverage of a row in each regression). 1 - h is at least
    /// 1e-3. No derivative.
    /// </summary>
    void LeaveUsersOut(SparseBatch batch, Tensor diagonal, Tensor y);

    // ---- Latent variables ----------------------------------------------------------------------------------------

    /// <summary>noise[B, K]: noise[b, k] = <see cref="CounterRandom.Normal"/>(key, user b of the batch, k).</summary>
    void DrawNoise(SparseBatch batch, RandomKey key, Tensor noise);

    /// <summary>z[B, K] = mu + noise * sigma; noise none gives z = mu.</summary>
    void SampleForward(Tensor posterior, Tensor noise, Tensor z);

    /// <summary>dmu += dz; dlogvar += dz * noise * sigma / 2.</summary>
    void SampleBackward(Tensor posterior, Tensor noise, Tensor dz, Tensor dPosterior);

    /// <summary>KL(N(mu, sigma^2) || N(0, I)) of each row: loss[B, 1] = sum_k (exp(lv) + mu^2 - 1 - lv) / 2.</summary>
    void StandardKlForward(Tensor posterior, Tensor loss);

    /// <summary>dmu += s mu; dlogvar += s (exp(lv) - 1) / 2, s the row's scale.</summary>
    void StandardKlBackward(Tensor posterior, Tensor rowScale, Tensor dPosterior);

    /// <summary>logDensity[B, 1] = log N(z; mu, sigma^2), diagonal, constants included.</summary>
    void GaussianLogDensityForward(Tensor z, Tensor posterior, Tensor logDensity);

    /// <summary>Adds rowScale times the gradient of the log density to dz and dPosterior.</summary>
    void GaussianLogDensityBackward(Tensor z, Tensor posterior, Tensor rowScale, Tensor dz, Tensor dPosterior);

    /// <summary>
    /// log density under RecVAE's composite prior, a mixture for each dimension: sum_k log( w1 N(z_k; 0, 1) +
    /// w2 N(z_k; old posterior) + w3 N(z_k; 0, e^10) ). <paramref name="oldPosterior"/> [B, 2K] is not differentiated.
    /// </summary>
    void CompositeLogDensityForward(CompositePrior prior, Tensor z, Tensor oldPosterior, Tensor logDensity);

    /// <summary>Adds rowScale times the gradient to dz.</summary>
    void CompositeLogDensityBackward(CompositePrior prior, Tensor z, Tensor oldPosterior, Tensor rowScale, Tensor dz);

    /// <summary>
    /// log density under VampPrior: log (1/P) sum_p N(z; mu_p, sigma_p^2) with components [P, 2K] (Tomczak and Welling 2018).
    /// <paramref name="responsibilities"/> [B, P] keeps the posterior weights of the components.
    /// </summary>
    void MixtureLogDensityForward(Tensor z, Tensor components, Tensor logDensity, Tensor responsibilities);

    /// <summary>Adds rowScale times the gradient to dz and dComponents.</summary>
    void MixtureLogDensityBackward(
        Tensor z, Tensor components, Tensor responsibilities, Tensor rowScale, Tensor dz, Tensor dComponents);

    // ---- Anchors -------------------------------------------------------------------------------------------------

    /// <summary>
    /// The anchor regulariser of each user (arXiv 2511.06781, Proposition 3.1), S = the clicks of the batch's <b>targets</b>,
    /// anchors [I, N K] (a codebook: [N, K]): loss[B, 1] as <paramref name="term"/> says, 0 for a user without
    /// clicks; centroids[B, K] = sum_i w_i e_i over the user's clicks, zeros if the variance alone counts. z is read by the
    /// sampled form only, the posterior by the closed form only.
    /// </summary>
    void AnchorForward(
        AnchorTerm term, SparseBatch batch, Parameter anchors, Tensor posterior, Tensor z, Tensor centroids, Tensor loss);

    /// <summary>
    /// After the forward pass. Closed form: dmu += 2 s (mu - centroid), dlogvar += s sigma^2. Sampled: dz += 2 s (z - centroid).
    /// Both: danchor_i += 2 s w_i (anchor_i - point). A part that does not count adds nothing.
    /// </summary>
    void AnchorBackward(
        AnchorTerm term, SparseBatch batch, Parameter anchors, Tensor posterior, Tensor z, Tensor centroids, Tensor rowScale,
        Tensor dPosterior, Tensor dz);

    // ---- Optimiser -----------------------------------------------------------------------------------------------

    /// <summary>
    /// One Adam update of a parameter from its gradient (which it leaves as it is), weight decay included.
    /// </summary>
    void Adam(Parameter parameter, AdamStep step);
}
