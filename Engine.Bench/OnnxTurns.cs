using System.Diagnostics;
using System.Globalization;
using ManualVae.Compute;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Export;
using ManualVae.Export.Onnx;
using ManualVae.Models;
using Microsoft.ML.OnnxRuntime;

namespace ManualVae.Bench;

/// <summary>
/// One model here and, exported, in ONNX Runtime: in turn, block after block, so that a slow moment of the machine falls on both.
/// From 64 clicks (or from the decoder's last hidden layer) to the 100 best of 20108 items.
/// </summary>
internal sealed class OnnxTurns : IDisposable
{
    private const int Items = 20108, Clicks = 64, Top = 100, RunsOfBlock = 10, WarmUpBlocks = 6;

    private readonly SimdBackend _backend;
    private readonly Autoencoder _model;
    private readonly SessionOptions _options;
    private readonly CsrMatrix _clicks = Draw(users: 16);

    private OnnxTurns(Precision precision)
    {
        _backend = new(threads: 0, precision);
        _model = new(_backend, new AutoencoderSettings(), Items, maxRows: 64, seed: 98765, training: false);
        _model.HoldForServing();
        _options = new() { IntraOpNumThreads = Environment.ProcessorCount };
    }

    /// <summary>Measures and prints.</summary>
    /// <param name="blocks">Blocks of ten runs each.</param>
    /// <param name="precision">Of our products; ONNX Runtime's are in single precision.</param>
    public static void Run(int blocks, Precision precision)
    {
        using var turns = new OnnxTurns(precision);
        Console.WriteLine($"{turns._backend.Description}; {blocks * RunsOfBlock} runs each, in turn, ms");
        Console.WriteLine("work                      ours: median    p10   best   ONNX Runtime: median    p10   best");
        turns.Decoder(blocks);
        foreach (int users in (int[])[1, 4, 16]) turns.Whole(blocks, users);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _options.Dispose();
        _model.Dispose();
        _backend.Dispose();
    }

    private void Decoder(int blocks)
    {
        var output = _model.Decoder.Output;
        int width = output.Weight.Value.Columns;
        float[] hidden = Workload.Random(width);
        var x = Workload.Upload(_backend, hidden, 1, width);
        using var nobody = _backend.AllocateBatch(1, Items, 1);
        nobody.Load(CsrMatrix.FromPairs(1, Items, []), [0]);
        var (items, scores) = (new int[Top], new float[Top]);

        var graph = new OnnxGraph();
        string h = graph.Input("h", ElementType.Float32, 1, width);
        string sums = graph.Apply("Gemm", [h, graph.Constant(NamedArray.Of(output.Weight, _backend)),
            graph.Constant(NamedArray.Of(output.Bias, _backend))], ("transB", 1));
        var (best, ranked) = graph.ApplyForTwo("TopK", [sums, graph.Constant((long)Top)], ("axis", 1));
        graph.Output("items", ranked, ElementType.Int64, 1, Top);
        graph.Output("scores", best, ElementType.Float32, 1, Top);
        using var session = Session(stream => graph.Model(new Dictionary<string, string>(), null).WriteTo(stream));
        using var input = OrtValue.CreateTensorValueFromMemory(hidden, [1, width]);
        Compare("decoder and ranking, 1", blocks,
            () => _backend.LinearTopK(x, output.Weight, output.Bias, nobody, Top, items, scores),
            () => Run(session, ["h"], [input]), items);
    }

    private void Whole(int blocks, int users)
    {
        var (items, scores) = (new int[users * Top], new float[users * Top]);
        using var session = Session(stream =>
            new ModelExport(_model, new Dictionary<string, string>()).WriteOnnx(stream, OnnxForm.List));
        long[] lists = [.. Enumerable.Range(0, users)
            .SelectMany(user => _clicks.RowColumns(user).ToArray()).Select(item => (long)item)];
        using var clicks = OrtValue.CreateTensorValueFromMemory(lists, [users, Clicks]);
        using var top = OrtValue.CreateTensorValueFromMemory([(long)Top], [1]);
        Compare($"whole model, {users}", blocks, () => _model.Rank(_clicks, 0, users, Top, items, scores),
            () => Run(session, ["clicks", "k"], [clicks, top]), items);
    }

    private static void Compare(string work, int blocks, Action ours, Func<long[]> theirs, int[] items)
    {
        var (own, other) = (new List<double>(), new List<double>());
        for (int block = -WarmUpBlocks; block < blocks; block++)
        {
            Block(own, ours, block >= 0);
            Block(other, () => theirs(), block >= 0);
        }
        int same = items.Zip(theirs()).Count(pair => pair.First == pair.Second);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{work,-28}{Of(own, 0.5),10:0.000}{Of(own, 0.1),7:0.000}{own.Min(),7:0.000}{Of(other, 0.5),23:0.000}"
                + $"{Of(other, 0.1),7:0.000}{other.Min(),7:0.000}   same items in {(double)same / items.Length:P1} of places"));
    }

    private static void Block(List<double> times, Action work, bool measured)
    {
        Thread.Sleep(2); // threads of the other one spin for a moment
        work();
        for (int run = 0; run < RunsOfBlock; run++)
        {
            long start = Stopwatch.GetTimestamp();
            work();
            if (measured) times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }

    private static double Of(List<double> times, double share) => times.Order().ElementAt((int)(share * times.Count));

    private InferenceSession Session(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return new(stream.ToArray(), _options);
    }

    private static long[] Run(InferenceSession session, string[] names, OrtValue[] inputs)
    {
        using var options = new RunOptions();
        using var results = session.Run(options, names, inputs, ["items", "scores"]);
        return results[0].GetTensorDataAsSpan<long>().ToArray();
    }

    private static CsrMatrix Draw(int users)
    {
        var random = new Random(1);
        var pairs = new HashSet<(int, int)>();
        for (int user = 0; user < users; user++)
            while (pairs.Count < (user + 1) * Clicks) pairs.Add((user, (int)(Math.Pow(random.NextDouble(), 2) * Items)));
        return CsrMatrix.FromPairs(users, Items, [.. pairs]);
    }
}
