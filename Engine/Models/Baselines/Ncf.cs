using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>The models of neural collaborative filtering.</summary>
public enum NcfKind
{
    /// <summary>Generalised matrix factorisation: logit = w.(p_u * q_i) + b.</summary>
    Gmf,
    /// <summary>A multi-layer perceptron: logit = w.MLP([p_u, q_i]) + b.</summary>
    Mlp,
    /// <summary>Their sum, with separate vectors.</summary>
    NeuMf,
}

/// <summary>
/// Neural collaborative filtering (He et al. 2017, eq. 9 to 12): GMF, MLP or NeuMF, trained on clicks and sampled negatives by
/// the logistic loss. It has a vector for each training user, so it only scores training users: row r of the fold-in is training
/// user r. Click values are ignored.
/// </summary>
public sealed class Ncf : IBaseline
{
    private readonly MemoryScope _memory;
    private readonly SingleCaller _caller;
    private readonly ParameterBlock _parameters;
    private NcfScoring? _scoring;

    // Owns the scope and its backend.
    internal Ncf(MemoryScope memory, NcfKind kind, int factors, int users, int items, ulong? seed = null, int maxBatch = 0,
        bool fuse = false)
    {
        (_memory, Kind, Factors, UserCount, ItemCount) = (memory, kind, factors, users, items);
        (_caller, _parameters) = (new(Name), new(memory));
        EmbeddingTable Table(int rows, int width) => new(rows, width, maxBatch, memory.IsCounting);
        int fanIn = kind == NcfKind.NeuMf ? 2 * factors : factors, rows = Math.Max(1, maxBatch);
        if (kind != NcfKind.Mlp)
            Gmf = new(memory, _parameters, Table(users, factors), Table(items, factors), fanIn, rows);
        if (kind != NcfKind.Gmf)
            Mlp = new(memory, _parameters, Table(users, 4 * factors), Table(items, 4 * factors), fanIn, rows);
        Bias = _parameters.Declare("output.bias", 1, 1, Initialiser.Zero);
        _parameters.Build(seed, training: maxBatch > 0, fuse);
        if (seed is not ulong draw || memory.IsCounting) return;
        var key = new RandomKey(draw, 0, RandomPurpose.Initialisation);
        foreach (var (number, table) in Tables.Index()) table.Draw(key, (uint)(_parameters.All.Count + number));
    }

    /// <summary>The model of a <see cref="State"/>.</summary>
    internal static Ncf Restore(NcfKind kind, int factors, IReadOnlyList<Array> state, Func<IBackend> backend)
    {
        int width = kind == NcfKind.Mlp ? 4 * factors : factors, outputs = kind == NcfKind.NeuMf ? 2 * factors : factors;
        if (factors < 1 || state[^1].LongLength != outputs + 1L || state[0].Length % width != 0 || state[1].Length % width != 0)
            throw new ArgumentException($"{state[^1].LongLength} output weights for {factors} factors.", nameof(state));
        return Owning(backend, memory =>
        {
            var model = new Ncf(memory, kind, factors, state[0].Length / width, state[1].Length / width);
            model.Load(state);
            return model;
        });
    }

    /// <summary>Makes a model that owns a new backend, which is given back if that fails.</summary>
    internal static Ncf Owning(Func<IBackend> backend, Func<MemoryScope, Ncf> make)
    {
        var memory = new MemoryScope(backend());
        try
        {
            return make(memory);
        }
        catch
        {
            memory.Dispose();
            memory.Backend.Dispose();
            throw;
        }
    }

    /// <summary>Which of the three.</summary>
    public NcfKind Kind { get; }

    /// <inheritdoc/>
    public string Name => Kind.ToString().ToLowerInvariant();

    /// <inheritdoc/>
    public int ItemCount { get; }

    /// <inheritdoc/>
    public int BatchSize => 64;

    /// <inheritdoc/>
    public bool TakesOneCaller => true;

    /// <inheritdoc/>
    public bool KnowsTrainingUsersOnly => true;

    internal int Factors { get; }
    internal int UserCount { get; }
    internal GmfPath? Gmf { get; }
    internal MlpPath? Mlp { get; }
    internal Parameter Bias { get; }
    internal IReadOnlyList<Parameter> Parameters => _parameters.All;
    internal IEnumerable<NcfPath> Paths => ((NcfPath?[])[Gmf, Mlp]).OfType<NcfPath>();
    internal IEnumerable<EmbeddingTable> Tables => Paths.SelectMany(path => new[] { path.Users, path.Items });
    internal MemoryScope Memory => _memory;

    /// <summary>
    /// Vectors of users and items (GMF's, then the MLP's), weights and biases of the layers, and in one array the output: its
    /// weights for the product, for the MLP, and the bias.
    /// </summary>
    public IReadOnlyList<Array> State =>
        [.. Tables.Select(table => table.Values), .. Layers.Select(Download), (float[])[.. Output.SelectMany(Download)]];

    /// <inheritdoc/>
    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores)
    {
        using var call = _caller.Enter();
        if (foldIn.Rows != UserCount)
            throw new InputException(
                $"{Name}: knows its {UserCount} training users only and cannot score {foldIn.Rows} others; "
                + "use a weak split, or another model.");
        if (scores.Length != (long)rows * ItemCount)
            throw new ArgumentException($"Got room for {scores.Length} scores, expected {rows} x {ItemCount}.", nameof(scores));
        _scoring ??= new(_memory, ItemCount, Gmf, Mlp, Bias);
        for (int r = 0; r < rows; r++) _scoring.Score(firstRow + r, scores.Slice(r * ItemCount, ItemCount));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _memory.Dispose();
        _memory.Backend.Dispose();
    }

    /// <summary>Sets everything from a <see cref="State"/>.</summary>
    internal void Load(IReadOnlyList<Array> state)
    {
        int at = 0;
        foreach (var table in Tables) state[at++].CopyTo(table.Values, 0);
        foreach (var layer in Layers) _memory.Backend.Upload((float[])state[at++], layer.Value);
        var output = (float[])state[at];
        int offset = 0;
        foreach (var parameter in Output)
        {
            _memory.Backend.Upload(output.AsSpan(offset, (int)parameter.Value.Length), parameter.Value);
            offset += (int)parameter.Value.Length;
        }
        _scoring = null;
    }

    /// <summary>Forgets what scoring has prepared: the weights have changed.</summary>
    internal void Changed() => _scoring = null;

    private float[] Download(Parameter parameter) => _memory.Backend.Floats(parameter.Value);

    private IEnumerable<Parameter> Layers => Mlp is null ? [] : [.. Mlp.Weights, .. Mlp.Biases];

    private IEnumerable<Parameter> Output => [.. Paths.Select(path => path.Output), Bias];
}
