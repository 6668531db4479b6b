namespace ManualVae.Compute;

/// <summary>
/// Settings of one Adam update (Kingma and Ba 2015), TensorFlow's "epsilon-hat" form as the reference code uses it.
/// </summary>
/// <param name="LearningRate">Step size before bias correction, above 0.</param>
/// <param name="Step">Number of this update, counting from 1.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root of the uncorrected second moment.</param>
/// <remarks>
/// m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; w -= a m / (sqrt(v) + eps) with
/// a = lr sqrt(1 - b2^t) / (1 - b1^t). The L2 term of a parameter adds 2 lambda w to g (lambda ||w||^2, no half).
/// </remarks>
public readonly record struct AdamStep(
    double LearningRate, long Step, double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8)
{
    /// <summary>lr sqrt(1 - b2^t) / (1 - b1^t).</summary>
    public double CorrectedRate =>
        LearningRate * Math.Sqrt(1 - Math.Pow(Beta2, Step)) / (1 - Math.Pow(Beta1, Step));
}

/// <summary>
/// One named weight matrix or bias: views of the same shape into the flat blocks of values, gradients and Adam moments.
/// </summary>
public sealed class Parameter
{
    private Tensor _gradient;
    private bool _isFused;

    /// <summary>Creates the parameter from its four views.</summary>
    public Parameter(string name, Tensor value, Tensor gradient, Tensor firstMoment, Tensor secondMoment) : this(name) =>
        Bind(value, gradient, firstMoment, secondMoment);

    /// <summary>A parameter without memory yet: <see cref="Bind"/> gives it its views.</summary>
    internal Parameter(string name) => Name = name;

    internal void Bind(
        Tensor value, Tensor gradient, Tensor firstMoment, Tensor secondMoment, bool isFused = false, bool isConstant = false)
    {
        (Value, _gradient, FirstMoment, SecondMoment) = (value, gradient, firstMoment, secondMoment);
        (_isFused, IsConstant, IsFrozen) = (isFused, isConstant, isConstant);
    }

    /// <summary>Takes other weights of the same shape; returns those it had.</summary>
    internal Tensor Exchange(Tensor other)
    {
        var mine = Value;
        Value = other;
        return mine;
    }

    /// <summary>Name in checkpoints and messages, such as <c>decoder.0.weight</c>.</summary>
    public string Name { get; }

    /// <summary>Where its items lie, if each item has a part of it.</summary>
    public ItemAxis ItemAxis { get; internal init; }

    /// <summary>The items whose part this process holds; with an <see cref="ItemAxis"/> only.</summary>
    public ItemRange Items { get; internal init; }

    /// <summary>Elements of one item's part.</summary>
    internal int ItemWidth => ItemAxis == ItemAxis.Rows ? Value.Columns : 1;

    /// <summary>The weights.</summary>
    public Tensor Value { get; private set; }

    /// <summary>
    /// The gradient; backward passes add to it. None if the model was built without training, and while frozen.
    /// </summary>
    public Tensor Gradient => IsFrozen ? default : _gradient;

    /// <summary>Adam's first moment, or none.</summary>
    public Tensor FirstMoment { get; private set; }

    /// <summary>Adam's second moment, or none.</summary>
    public Tensor SecondMoment { get; private set; }

    /// <summary>
    /// Where the value is a copy of some rows of a larger parameter and the moments are that parameter's own: the row of the
    /// moments that belongs to each row of the value. Empty where they lie side by side. For fused updates only.
    /// </summary>
    internal ReadOnlyMemory<int> MomentRows { get; set; }

    /// <summary>The row of the moments that belongs to a row of the value.</summary>
    internal int MomentRow(int row) => MomentRows.IsEmpty ? row : MomentRows.Span[row];

    /// <summary>lambda of the penalty lambda ||w||^2 (its gradient, 2 lambda w, is added by the optimiser).</summary>
    public double WeightDecay { get; set; }

    /// <summary>
    /// True if the backward pass itself applies Adam, tile by tile, so that the gradient never travels to memory. Then exactly
    /// one operation of each pass (LinearBackward or SparseLinearBackward) produces the whole gradient, the backend
    /// <see cref="IBackend.FusesUpdates"/>, and <see cref="Gradient"/> is none.
    /// </summary>
    public bool IsFused { get => _isFused && !IsFrozen; init => _isFused = value; }

    /// <summary>While true, backward passes and the optimiser leave the parameter alone (alternating updates).</summary>
    public bool IsFrozen { get; set; }

    /// <summary>Never trained: a copy of other weights, with neither gradient nor moments; always frozen.</summary>
    public bool IsConstant { get; private set; }

    /// <summary>The update that a fused backward pass applies; set by the optimiser before the pass.</summary>
    public AdamStep FusedStep { get; set; }
}
