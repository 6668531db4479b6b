namespace ManualVae.Compute.Cases;

/// <summary>
/// One operation at one shape. The table of them (<see cref="OperationCases"/>) drives parity tests, gradient checks,
/// benchmarks and the roofline, so an operation added there is tested and measured everywhere.
/// </summary>
/// <param name="Operation">Name of the operation.</param>
/// <param name="Shape">Its sizes, for people.</param>
/// <param name="Tolerance">
/// Largest allowed difference of a single-precision backend from the reference, relative to the largest magnitude of the tensor.
/// </param>
/// <param name="Flops">Floating-point operations of forward plus backward (a multiply-add counts two).</param>
/// <param name="Bytes">Bytes that must move in single precision, forward plus backward.</param>
/// <param name="Setup">Builds the inputs and actions on a backend.</param>
public sealed record OperationCase(
    string Operation, string Shape, double Tolerance, double Flops, double Bytes, Action<OperationRun> Setup)
{
    /// <summary>Sets the operation up on a backend; equal seeds give equal inputs on every backend.</summary>
    public OperationRun Prepare(IBackend backend, ulong seed = 98765)
    {
        var run = new OperationRun(backend, seed);
        Setup(run);
        return run;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Operation} {Shape}";
}
