using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>How a parameter starts.</summary>
public enum Initialiser
{
    /// <summary>All zeros.</summary>
    Zero,
    /// <summary>All ones.</summary>
    One,
    /// <summary>Uniform in +-sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio 2010; papers.md A1).</summary>
    GlorotUniform,
    /// <summary>Normal, sd 0.001, redrawn beyond two standard deviations: the reference code's biases (papers.md A1).</summary>
    TruncatedNormal,
    /// <summary>Normal, sd 0.01: anchors and pseudo-inputs.</summary>
    SmallNormal,
}

/// <summary>
/// All parameters of a model as named views into one flat block of values, one of gradients and two of Adam moments, so that
/// saving, clipping and hashing are single loops. Declare every parameter, then <see cref="Build"/>.
/// </summary>
public sealed class ParameterBlock : IDisposable
{
    private const int Alignment = 16; // elements: each parameter starts on a cache line

    private sealed record Declaration(string Name, int Rows, int Columns, Initialiser Initialiser, bool Fusable, double WeightDecay);

    private readonly IBackend _backend;
    private readonly List<Declaration> _declared = [];
    private readonly List<Parameter> _parameters = [];
    private readonly List<Tensor> _blocks = [];

    /// <summary>An empty block on a backend.</summary>
    public ParameterBlock(IBackend backend) => _backend = backend;

    /// <summary>The parameters, in order of declaration.</summary>
    public IReadOnlyList<Parameter> All => _parameters;

    /// <summary>Number of trainable numbers.</summary>
    public long Count => _parameters.Sum(p => p.Value.Length);

    /// <summary>The parameter of that name.</summary>
    public Parameter this[string name] => _parameters.Find(p => p.Name == name)
        ?? throw new KeyNotFoundException($"No parameter is named '{name}'; there are: {string.Join(", ", _parameters.Select(p => p.Name))}.");

    /// <summary>Declares a parameter and returns a way to reach it once the block is built.</summary>
    /// <param name="name">Unique name.</param>
    /// <param name="rows">Rows; the fan-out of a dense weight.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="initialiser">How it starts.</param>
    /// <param name="fusable">Exactly one operation of each backward pass produces its whole gradient.</param>
    /// <param name="weightDecay">lambda of lambda ||w||^2.</param>
    public Func<Parameter> Declare(
        string name, int rows, int columns, Initialiser initialiser, bool fusable = false, double weightDecay = 0)
    {
        int index = _declared.Count;
        _declared.Add(new(name, rows, columns, initialiser, fusable, weightDecay));
        return () => _parameters[index];
    }

    /// <summary>Allocates the blocks and draws the initial values.</summary>
    /// <param name="seed">Seed of the initialisation.</param>
    /// <param name="training">Gradients and moments too.</param>
    /// <param name="fuse">
    /// Fusable parameters get no gradient: only where the backend honours <see cref="Parameter.FusedStep"/>.
    /// </param>
    public void Build(ulong seed, bool training, bool fuse = false)
    {
        long total = _declared.Sum(d => Padded(d));
        long withGradient = _declared.Sum(d => fuse && d.Fusable ? 0 : Padded(d));
        var value = Flat(total);
        var (gradient, first, second) = training ? (Flat(withGradient), Flat(total), Flat(total)) : default;
        long offset = 0, gradientOffset = 0;
        for (int i = 0; i < _declared.Count; i++)
        {
            var d = _declared[i];
            Tensor View(Tensor block, long at) => block.IsNone ? default : block.View(at, d.Rows, d.Columns);
            bool fused = fuse && d.Fusable;
            var parameter = new Parameter(
                d.Name, View(value, offset), fused ? default : View(gradient, gradientOffset), View(first, offset), View(second, offset))
            {
                WeightDecay = d.WeightDecay,
                IsFused = fused && training,
            };
            _parameters.Add(parameter);
            Initialise(parameter, d.Initialiser, seed, (uint)i);
            offset += Padded(d);
            if (!fused) gradientOffset += Padded(d);
        }
        Gradients = gradient;
    }

    /// <summary>The flat block of gradients, or none.</summary>
    public Tensor Gradients { get; private set; }

    /// <summary>Sets every gradient to zero.</summary>
    public void ZeroGradients()
    {
        if (!Gradients.IsNone) _backend.Fill(Gradients, 0);
    }

    /// <summary>Frees the blocks.</summary>
    public void Dispose()
    {
        foreach (var block in _blocks) _backend.Free(block);
        _blocks.Clear();
    }

    private static long Padded(Declaration d) => ((long)d.Rows * d.Columns + Alignment - 1) / Alignment * Alignment;

    private Tensor Flat(long length)
    {
        var block = _backend.Allocate(checked((int)(length / Alignment)), Alignment);
        _blocks.Add(block);
        return block;
    }

    private void Initialise(Parameter parameter, Initialiser initialiser, ulong seed, uint number)
    {
        var key = new RandomKey(seed, 0, RandomPurpose.Initialisation);
        var (rows, columns) = (parameter.Value.Rows, parameter.Value.Columns);
        float limit = (float)Math.Sqrt(6.0 / ((double)rows + columns));
        var row = new float[columns];
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
            {
                uint index = checked((uint)((long)r * columns + c));
                row[c] = initialiser switch
                {
                    Initialiser.One => 1,
                    Initialiser.GlorotUniform => (2 * CounterRandom.Uniform(key, number, index) - 1) * limit,
                    Initialiser.TruncatedNormal => 0.001f * Truncated(key, number, index),
                    Initialiser.SmallNormal => 0.01f * (float)CounterRandom.Normal(key, number, index),
                    _ => 0,
                };
            }
            _backend.Upload(row, parameter.Value.Slice(r, 1));
        }
    }

    /// <summary>Redraws on further steps of the same stream until the draw lies within two standard deviations.</summary>
    private static float Truncated(RandomKey key, uint number, uint index)
    {
        for (uint attempt = 0; ; attempt++)
        {
            double draw = CounterRandom.Normal(key with { Step = attempt }, number, index);
            if (Math.Abs(draw) <= 2) return (float)draw;
        }
    }
}
