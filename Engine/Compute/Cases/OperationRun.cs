using ManualVae.Data;

namespace ManualVae.Compute.Cases;

/// <summary>A tensor of an operation case and its gradient (an input's, which the operation computes, or an output's, which is given).</summary>
/// <param name="Name">Name in messages.</param>
/// <param name="Value">The tensor.</param>
/// <param name="Gradient">Its gradient, same shape.</param>
public readonly record struct CaseTensor(string Name, Tensor Value, Tensor Gradient);

/// <summary>
/// One operation set up on one backend: random inputs (the same numbers on every backend), outputs, fixed random output
/// gradients, and the two actions. The scalar that a gradient check differentiates is sum(output gradient * output).
/// </summary>
public sealed class OperationRun
{
    private readonly ulong _seed;
    private readonly List<CaseTensor> _inputs = [], _outputs = [];
    private readonly List<Tensor> _allocated = [];
    private uint _drawn;

    internal OperationRun(IBackend backend, ulong seed) => (Backend, _seed) = (backend, seed);

    /// <summary>Where it runs.</summary>
    public IBackend Backend { get; }

    /// <summary>The differentiable inputs; after <see cref="Backward"/> their gradients hold the operation's answer.</summary>
    public IReadOnlyList<CaseTensor> Inputs => _inputs;

    /// <summary>The outputs; their gradients are given.</summary>
    public IReadOnlyList<CaseTensor> Outputs => _outputs;

    /// <summary>Computes the outputs from the inputs. May be repeated.</summary>
    public Action Forward { get; internal set; } = () => { };

    /// <summary>Adds to the inputs' gradients, after <see cref="Forward"/>; null where the operation has no derivative.</summary>
    public Action? Backward { get; internal set; }

    /// <summary>Zeroes the gradients of all inputs.</summary>
    public void ZeroGradients()
    {
        foreach (var input in _inputs) Backend.Fill(input.Gradient, 0);
    }

    /// <summary>Frees the tensors.</summary>
    public void Free()
    {
        foreach (var tensor in _allocated) Backend.Free(tensor);
        _allocated.Clear();
    }

    internal CaseTensor Input(string name, int rows, int columns, double scale = 1)
    {
        var tensor = new CaseTensor(name, Random(rows, columns, scale), Scratch(rows, columns));
        _inputs.Add(tensor);
        return tensor;
    }

    internal CaseTensor Output(string name, int rows, int columns, double? gradient = null)
    {
        var tensor = new CaseTensor(name, Scratch(rows, columns), gradient is null ? Random(rows, columns) : Scratch(rows, columns));
        if (gradient is double value) Backend.Fill(tensor.Gradient, value);
        _outputs.Add(tensor);
        return tensor;
    }

    internal Parameter Parameter(string name, int rows, int columns, double scale = 1)
    {
        var tensor = Input(name, rows, columns, scale);
        return new Parameter(name, tensor.Value, tensor.Gradient, Scratch(rows, columns), Scratch(rows, columns));
    }

    internal Tensor Scratch(int rows, int columns)
    {
        var tensor = Backend.Allocate(rows, columns);
        _allocated.Add(tensor);
        return tensor;
    }

    internal Tensor Random(int rows, int columns, double scale = 1)
    {
        var tensor = Scratch(rows, columns);
        var values = new float[tensor.Length]; // single precision, so that every backend starts from the same numbers
        uint stream = _drawn++;
        var key = new RandomKey(_seed, 0, RandomPurpose.Study);
        for (int i = 0; i < values.Length; i++) values[i] = (float)(scale * CounterRandom.Normal(key, stream, (uint)i));
        Backend.Upload(values, tensor);
        return tensor;
    }

    /// <summary>A random batch; row 0 is empty and row 1 full where there are that many rows, unless the case is a large one.</summary>
    internal SparseBatch Batch(int rows, int columns, double density, bool extremes = true)
    {
        var key = new RandomKey(_seed, 1, RandomPurpose.Study);
        var pairs = new List<(int, int)>();
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                if (extremes && row < 2 && rows > 2 ? row == 1 : CounterRandom.Uniform(key, (uint)row, (uint)column) < density)
                    pairs.Add((row, column));
        var matrix = CsrMatrix.FromPairs(rows, columns, pairs);
        var batch = Backend.AllocateBatch(Math.Max(1, rows), columns, Math.Max(1, pairs.Count));
        batch.Load(matrix, Enumerable.Range(0, rows).ToArray(), firstUser: 1000);
        Backend.EncodeInputs(batch, new InputMask(MaskMode.NormaliseThenDrop, 0.5f, new RandomKey(_seed, 2, RandomPurpose.Mask)));
        return batch;
    }
}
