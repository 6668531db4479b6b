using ManualVae.Data;

namespace ManualVae.Compute.Cases;

/// <summary>
/// A tensor of an operation case and its gradient (an input's, which the operation computes, or an output's, which is given).
/// </summary>
/// <param name="Name">Name in messages.</param>
/// <param name="Value">The tensor.</param>
/// <param name="Gradient">Its gradient, same shape.</param>
public readonly record struct CaseTensor(string Name, Tensor Value, Tensor Gradient);

/// <summary>
/// One operation set up on one backend: random inputs (the same values on every backend), outputs, fixed random output
/// gradients, and the two actions. The scalar that a gradient check differentiates is sum(output gradient * output).
/// Every tensor lies between guard elements, so that an operation that writes outside its tensors is found.
/// </summary>
public sealed class OperationRun
{
    /// <summary>
    /// Guard elements on each side of a tensor: 4 KiB in single precision, which keeps the alignment of the tensor.
    /// </summary>
    private const int GuardLength = 1024;

    /// <summary>
    /// Value of a guard element. Small enough that an erroneous sum into it changes it, large enough to show in results.
    /// </summary>
    private const float GuardValue = -77.25f;

    private static readonly float[] Guard = [.. Enumerable.Repeat(GuardValue, GuardLength)];

    private readonly ulong _seed;
    private readonly List<CaseTensor> _inputs = [], _outputs = [];
    private readonly List<(string Place, Tensor Elements)> _guards = [];
    private readonly MemoryScope _memory;
    private uint _drawn;

    internal OperationRun(IBackend backend, ulong seed) => (_memory, _seed) = (new(backend), seed);

    /// <summary>Where it runs.</summary>
    public IBackend Backend => _memory.Backend;

    /// <summary>The differentiable inputs; after <see cref="Backward"/> their gradients hold the operation's answer.</summary>
    public IReadOnlyList<CaseTensor> Inputs => _inputs;

    /// <summary>The outputs; their gradients are given.</summary>
    public IReadOnlyList<CaseTensor> Outputs => _outputs;

    /// <summary>Computes the outputs from the inputs. May be repeated.</summary>
    public Action Forward { get; internal set; } = () => { };

    /// <summary>Adds to the inputs' gradients, after <see cref="Forward"/>; null if the operation has no derivative.</summary>
    public Action? Backward { get; internal set; }

    /// <summary>Zeroes the gradients of all inputs.</summary>
    public void ZeroGradients()
    {
        foreach (var input in _inputs) Backend.Fill(input.Gradient, 0);
    }

    /// <summary>The first place outside the tensors that was written to, such as "after y"; null if there is none.</summary>
    public string? FindOverrun()
    {
        var values = new float[GuardLength];
        foreach (var (place, elements) in _guards)
        {
            Backend.Download(elements, values);
            if (values.AsSpan().ContainsAnyExcept(GuardValue)) return place;
        }
        return null;
    }

    /// <summary>Gives the tensors and batches back.</summary>
    public void Free()
    {
        _memory.Dispose();
        _guards.Clear();
    }

    internal CaseTensor Input(string name, int rows, int columns, double scale = 1)
    {
        var tensor = new CaseTensor(name, Random(name, rows, columns, scale), Scratch("d " + name, rows, columns));
        _inputs.Add(tensor);
        return tensor;
    }

    internal CaseTensor Output(string name, int rows, int columns, double? gradient = null)
    {
        var value = Scratch(name, rows, columns);
        var tensor = new CaseTensor(
            name, value, gradient is null ? Random("d " + name, rows, columns) : Scratch("d " + name, rows, columns));
        if (gradient is double constant) Backend.Fill(tensor.Gradient, constant);
        _outputs.Add(tensor);
        return tensor;
    }

    internal Parameter Parameter(string name, int rows, int columns, double scale = 1)
    {
        var tensor = Input(name, rows, columns, scale);
        var (first, second) = (Scratch("moment 1 of " + name, rows, columns), Scratch("moment 2 of " + name, rows, columns));
        return new Parameter(name, tensor.Value, tensor.Gradient, first, second);
    }

    /// <summary>A zeroed tensor between guard elements.</summary>
    internal Tensor Scratch(string name, int rows, int columns)
    {
        int length = checked(rows * columns);
        var whole = _memory.Allocate(1, length + 2 * GuardLength);
        AddGuard("before " + name, whole.View(0, 1, GuardLength));
        AddGuard("after " + name, whole.View((long)GuardLength + length, 1, GuardLength));
        return whole.View(GuardLength, rows, columns);
    }

    internal Tensor Random(string name, int rows, int columns, double scale = 1)
    {
        var tensor = Scratch(name, rows, columns);
        var values = new float[tensor.Length]; // single precision, so that every backend starts from the same values
        uint stream = _drawn++;
        var key = new RandomKey(_seed, 0, RandomPurpose.Study);
        for (int i = 0; i < values.Length; i++) values[i] = (float)(scale * CounterRandom.Normal(key, stream, (uint)i));
        Backend.Upload(values, tensor);
        return tensor;
    }

    /// <summary>
    /// A random batch. With three rows or more, row 0 is empty and row 1 full. Guard elements follow its inputs.
    /// </summary>
    internal SparseBatch Batch(int rows, int columns, double density)
    {
        var key = new RandomKey(_seed, 1, RandomPurpose.Study);
        var pairs = new List<(int, int)>();
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                if (row < 2 && rows > 2 ? row == 1 : CounterRandom.Uniform(key, (uint)row, (uint)column) < density)
                    pairs.Add((row, column));
        var matrix = CsrMatrix.FromPairs(rows, columns, pairs);
        var batch = _memory.AllocateBatch(Math.Max(1, rows), columns, pairs.Count + GuardLength);
        batch.Load(matrix, Enumerable.Range(0, rows).ToArray(), firstUser: 1000);
        AddGuard("after the inputs of the batch", batch.Inputs.View(pairs.Count, 1, GuardLength));
        Backend.EncodeInputs(batch, new InputMask(MaskMode.NormaliseThenDrop, 0.5f, new RandomKey(_seed, 2, RandomPurpose.Mask)));
        return batch;
    }

    private void AddGuard(string place, Tensor elements)
    {
        Backend.Upload(Guard, elements);
        _guards.Add((place, elements));
    }
}
