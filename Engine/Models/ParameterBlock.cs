using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>How a parameter starts.</summary>
public enum Initialiser
{
    /// <summary>All zeros.</summary>
    Zero,
    /// <summary>All ones.</summary>
    One,
    /// <summary>Uniform in +-sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio 2010), as Liang et al. 2018's code does.</summary>
    GlorotUniform,
    /// <summary>Normal, sd 0.001, redrawn beyond two standard deviations: biases of Liang et al. 2018's code.</summary>
    TruncatedNormal,
    /// <summary>Normal, sd 0.01: anchors.</summary>
    SmallNormal,
    /// <summary>
    /// Uniform in +-1 / sqrt(fan_in), weights and biases alike: PyTorch's default for linear layers, used by RecVAE's code.
    /// </summary>
    FanInUniform,
    /// <summary>
    /// Uniform in [0, sqrt(3 / rows)): columns of expected norm 1 that start inside the clamp, where the gradient flows.
    /// VampPrior's pseudo-inputs, one for each column; the authors' mean -0.05 is made for images.
    /// </summary>
    PseudoInput,
    /// <summary>Uniform in +-sqrt(3 / fan_in), variance 1 / fan_in (LeCun et al. 1998): the output of NCF's code.</summary>
    LeCunUniform,
}

/// <summary>
/// All parameters of a model as named views into one flat block of values, one of gradients and two of Adam moments, so that
/// saving, clipping and hashing are single loops. Declare every parameter, then <see cref="Build"/>.
/// </summary>
/// <param name="memory">Where the parameters live.</param>
/// <param name="fanInUniform">Layers start as in PyTorch and not as in the reference code.</param>
public sealed class ParameterBlock(MemoryScope memory, bool fanInUniform = false)
{
    /// <summary>Elements: each parameter starts on a cache line.</summary>
    internal const int Alignment = 16;

    /// <summary>Rows and columns are those of the whole; a rank holds its own items' share.</summary>
    private sealed record Declaration(Parameter Parameter, int Rows, int Columns, Initialiser Initialiser, bool Fusable,
        int FanIn)
    {
        public int OwnRows => Parameter.ItemAxis == ItemAxis.Rows ? Parameter.Items.Count : Rows;
        public int OwnColumns => Parameter.ItemAxis == ItemAxis.Columns ? Parameter.Items.Count : Columns;
        public int FirstRow => Parameter.ItemAxis == ItemAxis.Rows ? Parameter.Items.First : 0;
        public int FirstColumn => Parameter.ItemAxis == ItemAxis.Columns ? Parameter.Items.First : 0;
        public long Padded => ((long)OwnRows * OwnColumns + Alignment - 1) / Alignment * Alignment;
    }

    private readonly IBackend _backend = memory.Backend;
    private readonly List<string> _constant = [];
    private readonly HashSet<Parameter> _byRows = [];
    private readonly List<Declaration> _declared = [];
    private readonly List<Parameter> _parameters = [];

    /// <summary>The parameters, in order of declaration.</summary>
    public IReadOnlyList<Parameter> All => _parameters;

    /// <summary>Number of weights.</summary>
    public long Count => _parameters.Sum(p => p.Value.Length);

    /// <summary>The same of the whole model, where this is a rank's part of it.</summary>
    public long WholeCount => _declared.Sum(d => (long)d.Rows * d.Columns);

    /// <summary>The parameter of that name.</summary>
    public Parameter this[string name] => _parameters.Find(p => p.Name == name)
        ?? throw new KeyNotFoundException(
            $"No parameter is named '{name}'; there are: {string.Join(", ", _parameters.Select(p => p.Name))}.");

    /// <summary>Declares <c>NAME.weight</c> and <c>NAME.bias</c> [1, outputs] of a layer.</summary>
    /// <param name="name">Name of the layer.</param>
    /// <param name="inputs">Fan-in.</param>
    /// <param name="outputs">Fan-out.</param>
    /// <param name="weightDecay">lambda of lambda ||W||^2; biases are never decayed.</param>
    /// <param name="inputMajor">The inputs are items: the weight is [inputs, outputs] and not [outputs, inputs].</param>
    public (Parameter Weight, Parameter Bias) DeclareLayer(
        string name, int inputs, int outputs, double weightDecay, bool inputMajor = false)
    {
        var (rows, columns) = inputMajor ? (inputs, outputs) : (outputs, inputs);
        var (weight, bias) = fanInUniform
            ? (Initialiser.FanInUniform, Initialiser.FanInUniform)
            : (Initialiser.GlorotUniform, Initialiser.TruncatedNormal);
        return (
            Declare($"{name}.weight", rows, columns, weight, fusable: true, weightDecay, inputs,
                inputMajor ? ItemAxis.Rows : ItemAxis.None),
            Declare($"{name}.bias", 1, outputs, bias, fanIn: inputs));
    }

    /// <summary>
    /// The parameters whose names start with the prefix are never trained: neither gradient nor moments. Before
    /// <see cref="Build"/>.
    /// </summary>
    public void KeepConstant(string prefix) => _constant.Add(prefix);

    /// <summary>
    /// The parameter gets moments but no gradient: steps move copies of some of its rows. Before <see cref="Build"/>.
    /// </summary>
    internal void MoveByRows(Parameter parameter) => _byRows.Add(parameter);

    /// <summary>True if <see cref="KeepConstant"/> was told a prefix of the name.</summary>
    public bool IsConstant(string name) => _constant.Exists(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>
    /// Declares a parameter, which has no memory before <see cref="Build"/>. Declaring a name again shares the parameter, whose
    /// gradient then comes from several operations and cannot be fused.
    /// </summary>
    /// <param name="name">Name.</param>
    /// <param name="rows">Rows; the fan-out of a dense weight.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="initialiser">How it starts.</param>
    /// <param name="fusable">Exactly one operation of each backward pass produces its whole gradient.</param>
    /// <param name="weightDecay">lambda of lambda ||w||^2.</param>
    /// <param name="fanIn">Inputs of the layer, for the initialisers that scale by them.</param>
    /// <param name="items">Whether its rows or columns are the items, of which a rank holds its own.</param>
    public Parameter Declare(
        string name, int rows, int columns, Initialiser initialiser, bool fusable = false, double weightDecay = 0, int fanIn = 1,
        ItemAxis items = ItemAxis.None)
    {
        int index = _declared.FindIndex(d => d.Parameter.Name == name);
        if (index < 0)
        {
            var own = _backend.OwnItems(items == ItemAxis.Rows ? rows : items == ItemAxis.Columns ? columns : 0);
            var parameter = new Parameter(name) { WeightDecay = weightDecay, ItemAxis = items, Items = own };
            _parameters.Add(parameter);
            _declared.Add(new(parameter, rows, columns, initialiser, fusable, fanIn));
            return parameter;
        }
        var first = _declared[index];
        if ((first.Rows, first.Columns) != (rows, columns))
            throw new ArgumentException(
                $"'{name}' is [{first.Rows}, {first.Columns}] and cannot be shared as [{rows}, {columns}].", nameof(name));
        _declared[index] = first with { Fusable = false };
        return first.Parameter;
    }

    /// <summary>Allocates the blocks, gives every parameter its views and draws the initial values.</summary>
    /// <param name="seed">Seed of the initialisation; null leaves zeros, for weights that a checkpoint overwrites.</param>
    /// <param name="training">Gradients and moments too.</param>
    /// <param name="fuse">
    /// Fusable parameters get no gradient: only if the backend honours <see cref="Parameter.FusedStep"/>.
    /// </param>
    public void Build(ulong? seed, bool training, bool fuse = false)
    {
        bool IsConstant(Declaration d) => this.IsConstant(d.Parameter.Name);
        bool MovesByRows(Declaration d) => _byRows.Contains(d.Parameter);
        bool HasGradient(Declaration d) => !IsConstant(d) && !MovesByRows(d) && !(fuse && d.Fusable);
        var value = Flat(_declared);
        var gradient = training ? Flat(_declared.Where(HasGradient)) : default;
        var first = training ? Flat(_declared.Where(d => !IsConstant(d))) : default;
        var second = training ? Flat(_declared.Where(d => !IsConstant(d))) : default;
        long offset = 0, gradientOffset = 0, momentOffset = 0;
        foreach (var (number, d) in _declared.Index())
        {
            Tensor View(Tensor block, long at) => block.IsNone ? default : block.View(at, d.OwnRows, d.OwnColumns);
            bool constant = IsConstant(d), hasGradient = HasGradient(d);
            d.Parameter.Bind(
                View(value, offset), hasGradient ? View(gradient, gradientOffset) : default,
                constant ? default : View(first, momentOffset), constant ? default : View(second, momentOffset),
                isFused: training && !constant && !hasGradient && !MovesByRows(d), constant);
            if (seed is ulong key && !memory.IsCounting) Initialise(d, key, (uint)number);
            offset += d.Padded;
            if (!constant) momentOffset += d.Padded;
            if (hasGradient) gradientOffset += d.Padded;
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

    private Tensor Flat(IEnumerable<Declaration> declared)
    {
        long length = declared.Sum(d => d.Padded);
        int columns = length / Alignment > int.MaxValue ? 1 << 20 : Alignment; // only the length matters: views have other shapes
        return memory.Allocate(checked((int)((length + columns - 1) / columns)), columns);
    }

    private void Initialise(Declaration declared, ulong seed, uint number)
    {
        var key = new RandomKey(seed, 0, RandomPurpose.Initialisation);
        var (rows, columns, firstRow, firstColumn) =
            (declared.Rows, declared.Columns, declared.FirstRow, declared.FirstColumn);
        float limit = (float)Math.Sqrt(6.0 / ((double)rows + columns)), fanInLimit = (float)(1 / Math.Sqrt(declared.FanIn));
        float leCunLimit = (float)Math.Sqrt(3.0 / declared.FanIn);
        float pseudoLimit = (float)Math.Sqrt(3.0 / rows);
        var row = new float[declared.OwnColumns];
        for (int r = 0; r < declared.OwnRows; r++)
        {
            for (int c = 0; c < row.Length; c++)
            {
                // By its place in the whole, so that any number of ranks starts from the same weights. A place has 48 bits: above
                // 2^32 weights (ten million items of width 600 have 6e9) its upper part tells streams apart.
                long place = (long)(firstRow + r) * columns + firstColumn + c;
                uint index = (uint)place, stream = number | (uint)(place >> 32) << 16;
                row[c] = declared.Initialiser switch
                {
                    Initialiser.One => 1,
                    Initialiser.GlorotUniform => (2 * CounterRandom.Uniform(key, stream, index) - 1) * limit,
                    Initialiser.TruncatedNormal => 0.001f * Truncated(key, stream, index),
                    Initialiser.SmallNormal => 0.01f * (float)CounterRandom.Normal(key, stream, index),
                    Initialiser.FanInUniform => (2 * CounterRandom.Uniform(key, stream, index) - 1) * fanInLimit,
                    Initialiser.LeCunUniform => (2 * CounterRandom.Uniform(key, stream, index) - 1) * leCunLimit,
                    Initialiser.PseudoInput => CounterRandom.Uniform(key, stream, index) * pseudoLimit,
                    _ => 0,
                };
            }
            _backend.Upload(row, declared.Parameter.Value.Slice(r, 1));
        }
    }

    /// <summary>Redraws on further steps of the same stream until the draw lies within two standard deviations.</summary>
    private static float Truncated(RandomKey key, uint stream, uint index)
    {
        for (uint attempt = 0; ; attempt++)
        {
            double draw = CounterRandom.Normal(key with { Step = attempt }, stream, index);
            if (Math.Abs(draw) <= 2) return (float)draw;
        }
    }
}
