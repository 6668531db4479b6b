namespace ManualVae.Export.Onnx;

/// <summary>
/// An ONNX graph that is being put together. Numbers of fields are those of <c>onnx.proto</c>. Values are known by name.
/// </summary>
internal sealed class OnnxGraph
{
    /// <summary>Version of the operators.</summary>
    public const int Opset = 17;

    private const int IrVersion = 8; // the oldest that knows the opset
    private const int Alignment = 4096; // of weights in a file of their own, which readers map into memory
    private const int SmallBytes = 1024; // constants stay in the model
    private readonly List<ProtoMessage> _nodes = [], _inputs = [], _outputs = [];
    private readonly List<NamedArray> _constants = [];
    private int _values;

    /// <summary>Declares an input.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Type of its elements.</param>
    /// <param name="shape">Each dimension a number, or a name if any length will do.</param>
    public string Input(string name, ElementType type, params object[] shape)
    {
        _inputs.Add(Value(name, type, shape));
        return name;
    }

    /// <summary>Declares an output and what it is.</summary>
    public void Output(string name, string value, ElementType type, params object[] shape)
    {
        Add("Identity", [value], [name], []);
        _outputs.Add(Value(name, type, shape));
    }

    /// <summary>A weight; the same name again is the same weight.</summary>
    public string Constant(NamedArray array)
    {
        if (_constants.TrueForAll(known => known.Name != array.Name)) _constants.Add(array);
        return array.Name;
    }

    /// <summary>A constant vector of whole numbers.</summary>
    public string Constant(params long[] values) =>
        Constant(NamedArray.Of<long>($"[{string.Join(", ", values)}]", () => values, values.Length));

    /// <summary>A constant number.</summary>
    public string Constant(float value) => Constant(NamedArray.Of<float>(
        value.ToString("R", System.Globalization.CultureInfo.InvariantCulture), () => new[] { value }, 1));

    /// <summary>An operation with one result.</summary>
    public string Apply(string operation, params string[] inputs) => Apply(operation, inputs, []);

    /// <summary>An operation with attributes and one result.</summary>
    public string Apply(string operation, string[] inputs, params (string Name, object Value)[] attributes)
    {
        string result = NewValue();
        Add(operation, inputs, [result], attributes);
        return result;
    }

    /// <summary>An operation with two results.</summary>
    public (string, string) ApplyForTwo(string operation, string[] inputs, params (string Name, object Value)[] attributes)
    {
        string[] results = [NewValue(), NewValue()];
        Add(operation, inputs, results, attributes);
        return (results[0], results[1]);
    }

    /// <summary>Columns [first, last) of a matrix.</summary>
    public string Columns(string matrix, long first, long last) =>
        Apply("Slice", matrix, Constant([first]), Constant([last]), Constant([1]));

    /// <summary>The model.</summary>
    /// <param name="metadata">Its <c>metadata_props</c>.</param>
    /// <param name="dataFile">Name of the file with its weights; null if it holds them itself.</param>
    public ProtoMessage Model(IReadOnlyDictionary<string, string> metadata, string? dataFile)
    {
        var graph = new ProtoMessage().Messages(1, _nodes).Text(2, "scoring");
        long offset = 0;
        foreach (var constant in _constants) graph.Message(5, Tensor(constant, dataFile, ref offset));
        graph.Messages(11, _inputs).Messages(12, _outputs);
        return new ProtoMessage().Number(1, IrVersion).Text(2, "manualvae").Message(7, graph)
            .Message(8, new ProtoMessage().Text(1, "").Number(2, Opset))
            .Messages(14, metadata.Select(pair => Pair(pair.Key, pair.Value)));
    }

    /// <summary>Writes the file with the weights.</summary>
    public void WriteData(Stream stream)
    {
        foreach (var constant in _constants.Where(IsLarge))
        {
            constant.Write(stream);
            stream.Write(new byte[Padded(constant.Bytes) - constant.Bytes]);
        }
    }

    private static bool IsLarge(NamedArray constant) => constant.Bytes >= SmallBytes;

    private static long Padded(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    private static ProtoMessage Tensor(NamedArray constant, string? dataFile, ref long offset)
    {
        var tensor = new ProtoMessage().Numbers(1, constant.Shape).Number(2, constant.Type.Onnx).Text(8, constant.Name);
        if (dataFile is null || !IsLarge(constant)) return tensor.Streamed(9, constant.Bytes, constant.Write);
        tensor.Message(13, Pair("location", dataFile)).Message(13, Pair("offset", $"{offset}"))
            .Message(13, Pair("length", $"{constant.Bytes}")).Number(14, 1);
        offset += Padded(constant.Bytes);
        return tensor;
    }

    private static ProtoMessage Pair(string key, string value) => new ProtoMessage().Text(1, key).Text(2, value);

    private static ProtoMessage Value(string name, ElementType type, object[] shape)
    {
        var dimensions = shape.Select(length => length is string any
            ? new ProtoMessage().Text(2, any) : new ProtoMessage().Number(1, Convert.ToInt64(length)));
        var tensor = new ProtoMessage().Number(1, type.Onnx).Message(2, new ProtoMessage().Messages(1, dimensions));
        return new ProtoMessage().Text(1, name).Message(2, new ProtoMessage().Message(1, tensor));
    }

    private string NewValue() => $"v{_values++}";

    private void Add(string operation, string[] inputs, string[] outputs, (string Name, object Value)[] attributes)
    {
        var node = new ProtoMessage();
        foreach (string input in inputs) node.Text(1, input);
        foreach (string output in outputs) node.Text(2, output);
        _nodes.Add(node.Text(3, $"{operation}.{_nodes.Count}").Text(4, operation).Messages(5, attributes.Select(Attribute)));
    }

    private static ProtoMessage Attribute((string Name, object Value) attribute)
    {
        const int Type = 20, IsFloat = 1, IsNumber = 2, IsNumbers = 7;
        var message = new ProtoMessage().Text(1, attribute.Name);
        return attribute.Value switch
        {
            float value => message.Float(2, value).Number(Type, IsFloat),
            long[] values => message.Numbers(8, values).Number(Type, IsNumbers),
            var value => message.Number(3, Convert.ToInt64(value)).Number(Type, IsNumber),
        };
    }
}
