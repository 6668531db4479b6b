using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Export.Onnx;

/// <summary>
/// A backend that computes nothing and writes down each operation that a model asks of it, as nodes of an ONNX graph: a model
/// scores on it once, and what it downloads is the graph's result. So an exported model is the model itself, not a second
/// version of it. Its tensors have no memory; it knows each by its buffer.
/// </summary>
internal sealed partial class OnnxTrace : IBackend
{
    private readonly OnnxGraph _graph;
    private readonly string _x;
    private readonly Dictionary<string, NamedArray> _weights;
    private readonly Dictionary<TensorBuffer, string> _values = []; // a tensor of zeros has none
    private readonly HashSet<TensorBuffer> _inputs = [];
    private readonly Dictionary<(TensorBuffer, long), string> _places = []; // of the parameters, which share a buffer
    private string? _normalised, _result;

    private OnnxTrace(OnnxGraph graph, string x, IRecommender model)
    {
        (_graph, _x) = (graph, x);
        _weights = ModelArrays.Of(model).ToDictionary(array => array.Name);
    }

    /// <summary>Adds a model's scoring to a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="x">The clicks [batch, items].</param>
    /// <param name="model">Whose weights.</param>
    /// <param name="blank">Makes a model of the same shape, without weights, on a backend.</param>
    /// <returns>The scores [batch, items].</returns>
    public static string Score(OnnxGraph graph, string x, IRecommender model, Func<IBackend, IRecommender> blank)
    {
        var trace = new OnnxTrace(graph, x, model);
        using var traced = blank(trace);
        if (traced is Autoencoder { Parameters.All: var parameters })
            foreach (var p in parameters) trace._places[(p.Value.Buffer, p.Value.Offset)] = p.Name;
        traced.Score(new CsrMatrix(model.ItemCount, [0, 0], []), 0, 1, new float[model.ItemCount]);
        return trace._result ?? throw new InvalidOperationException($"{model.Name} scored without its backend.");
    }

    string IBackend.Name => "onnx";

    string IBackend.Description => "writes an ONNX graph";

    void IDisposable.Dispose() { }

    Tensor IBackend.Allocate(int rows, int columns) => Allocate(rows, columns);

    void IBackend.Free(Tensor tensor) => _values.Remove(tensor.Buffer);

    SparseBatch IBackend.AllocateBatch(int maxRows, int columns, int maxEntries)
    {
        var (inputs, targets) = (Allocate(1, maxEntries), Allocate(1, maxEntries));
        _inputs.Add(inputs.Buffer);
        return new Batch(maxRows, columns, maxEntries, inputs, targets);
    }

    // Inputs that a model writes itself are the clicks as they are.
    void IBackend.Upload(ReadOnlySpan<float> source, Tensor destination)
    {
        if (_inputs.Contains(destination.Buffer)) _values[destination.Buffer] = _x;
    }

    void IBackend.Download(Tensor source, Span<float> destination) => _result = Of(source);

    void IBackend.Copy(Tensor source, Tensor destination) => Set(destination, Of(source));

    void IBackend.Fill(Tensor tensor, double value)
    {
        if (value != 0) throw Unknown(nameof(IBackend.Fill));
        _values.Remove(tensor.Buffer);
    }

    void IBackend.Add(Tensor source, double scale, Tensor destination)
    {
        string added = Of(source);
        Accumulate(destination, scale == 1 ? added : _graph.Apply("Mul", added, _graph.Constant((float)scale)));
    }

    void IBackend.ConcatForward(Tensor a, Tensor b, Tensor y) =>
        Set(y, _graph.Apply("Concat", [Of(a), Of(b)], ("axis", 1)));

    void IBackend.ConcatBackward(Tensor dy, Tensor da, Tensor db)
    {
        Accumulate(da, _graph.Columns(Of(dy), 0, da.Columns));
        Accumulate(db, _graph.Columns(Of(dy), da.Columns, dy.Columns));
    }

    void IBackend.SwishForward(Tensor x, Tensor y) => Set(y, Gated(Of(x), Of(x)));

    void IBackend.GateForward(Tensor h, Tensor g, Tensor y) => Set(y, Gated(Of(h), Of(g)));

    void IBackend.LayerNormForward(Tensor x, Parameter gain, Parameter bias, double epsilon, Tensor y, Tensor saved) =>
        Set(y, _graph.Apply("LayerNormalization", [Of(x), Weight(gain), Weight(bias)],
            ("axis", -1), ("epsilon", (float)epsilon)));

    void IBackend.LinearForward(Tensor x, Parameter weight, Parameter? bias, Activation activation, Tensor y) =>
        Set(y, Linear(Of(x), weight, transposed: true, bias, activation));

    void IBackend.EncodeInputs(SparseBatch batch, InputMask mask)
    {
        if (mask is { Mode: MaskMode.Plain, KeepProbability: 1 })
        {
            Set(batch.Inputs, _x); // x as it is
            return;
        }
        if (mask.Mode != MaskMode.Clean) throw Unknown(nameof(IBackend.EncodeInputs));
        _normalised ??= _graph.Apply("Div", _x, _graph.Apply("Sqrt", _graph.Apply("Max",
            _graph.Apply("ReduceSumSquare", [_x], ("axes", new long[] { 1 }), ("keepdims", 1)), _graph.Constant(1e-12f))));
        Set(batch.Inputs, _normalised);
    }

    void IBackend.SparseLinearForward(SparseBatch batch, Parameter weight, Parameter? bias, Activation activation, Tensor y) =>
        Set(y, Linear(Of(batch.Inputs), weight, transposed: false, bias, activation));

    void IBackend.SelfTermForward(SparseBatch batch, Parameter input, Parameter output, Tensor y)
    {
        string products = _graph.Apply("Mul", Weight(input), Weight(output)), ones = _graph.Constant(NamedArray.Of<float>(
            "ones", () => Enumerable.Repeat(1f, input.Value.Columns).ToArray(), input.Value.Columns, 1));
        string own = _graph.Apply("Transpose", [_graph.Apply("MatMul", products, ones)], ("perm", new long[] { 1, 0 }));
        Set(y, _graph.Apply("Sub", Of(y), _graph.Apply("Mul", Of(batch.Inputs), own)));
    }

    void IBackend.UnitRowsForward(Tensor x, double length, Tensor y, Tensor norms)
    {
        string rows = Of(x), norm = _graph.Apply("Max", _graph.Apply("Sqrt", _graph.Apply("ReduceSumSquare",
            [rows], ("axes", new long[] { 1 }), ("keepdims", 1))), _graph.Constant(1e-6f));
        Set(y, _graph.Apply("Mul", _graph.Apply("Div", rows, norm), _graph.Constant((float)length)));
    }

    void IBackend.SampleForward(Tensor posterior, Tensor noise, Tensor z)
    {
        if (!noise.IsNone) throw Unknown(nameof(IBackend.SampleForward));
        Set(z, _graph.Columns(Of(posterior), 0, z.Columns));
    }

    private static Tensor Allocate(int rows, int columns) => new(new NoMemory((long)rows * columns), 0, rows, columns);

    private string Of(Tensor tensor) => _values.TryGetValue(tensor.Buffer, out string? value) ? value
        : _places.TryGetValue((tensor.Buffer, tensor.Offset), out string? name) ? _graph.Constant(_weights[name])
        : throw new InvalidOperationException("The model reads a tensor that it has not written.");

    private void Set(Tensor tensor, string value) => _values[tensor.Buffer] = value;

    private void Accumulate(Tensor tensor, string value) =>
        Set(tensor, _values.TryGetValue(tensor.Buffer, out string? sum) ? _graph.Apply("Add", sum, value) : value);

    // One that is no weight of the model was made from others.
    private string Weight(Parameter parameter) =>
        _weights.TryGetValue(parameter.Name, out var array) ? _graph.Constant(array) : Of(parameter.Value);

    private string Gated(string value, string gate) => _graph.Apply("Mul", value, _graph.Apply("Sigmoid", gate));

    private string Linear(string x, Parameter weight, bool transposed, Parameter? bias, Activation activation)
    {
        string[] operands = [x, Weight(weight), .. bias is null ? Array.Empty<string>() : [Weight(bias)]];
        string y = _graph.Apply("Gemm", operands, ("transB", transposed ? 1 : 0));
        return activation switch
        {
            Activation.Identity => y,
            Activation.Tanh => _graph.Apply("Tanh", y),
            Activation.Sigmoid => _graph.Apply("Sigmoid", y),
            Activation.Relu => _graph.Apply("Relu", y),
            _ => throw Unknown($"{activation}"),
        };
    }

    private static NotSupportedException Unknown(string operation) =>
        new($"A model scores by {operation}, which the export to ONNX does not know.");

    private sealed class NoMemory(long length) : TensorBuffer
    {
        public override long Length => length;
    }

    private sealed class Batch(int maxRows, int columns, int maxEntries, Tensor inputs, Tensor targets)
        : SparseBatch(maxRows, columns, maxEntries, inputs, targets)
    {
        public override void Dispose() { }

        protected override void Loaded(ReadOnlySpan<float> values) { }
    }
}
