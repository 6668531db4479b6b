using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using static ManualVae.Data.InputException;

namespace ManualVae.Export.Onnx;

/// <summary>What an ONNX model takes and gives.</summary>
public enum OnnxForm
{
    /// <summary>x, float [batch, items], 1 for a click, to <c>scores</c> [batch, items].</summary>
    Dense,
    /// <summary>
    /// <c>clicks</c>, int64 [batch, length] padded by -1, and <c>k</c>, int64 [1], to the best <c>items</c>, int64 [batch, k],
    /// and their <c>scores</c>; clicks are not ranked.
    /// </summary>
    List,
}

/// <summary>How a model scores, as an ONNX graph.</summary>
internal static class ScoringGraph
{
    /// <summary>Builds the graph; weights are read when it is written.</summary>
    /// <exception cref="InputException">The model's scoring cannot be written in ONNX's operators.</exception>
    public static OnnxGraph Build(IRecommender model, OnnxForm form)
    {
        var (graph, items) = (new OnnxGraph(), model.ItemCount);
        if (form == OnnxForm.Dense)
        {
            string x = graph.Input("x", ElementType.Float32, "batch", items);
            graph.Output("scores", Scores(graph, model, x), ElementType.Float32, "batch", items);
            return graph;
        }
        string history = History(graph, graph.Input("clicks", ElementType.Int64, "batch", "length"), items);
        string k = graph.Input("k", ElementType.Int64, 1);
        var (best, scores) = Best(graph, history, Scores(graph, model, history), k, items);
        graph.Output("items", best, ElementType.Int64, "batch", "k");
        graph.Output("scores", scores, ElementType.Float32, "batch", "k");
        return graph;
    }

    private static string Scores(OnnxGraph graph, IRecommender model, string x)
    {
        switch (model)
        {
            case Autoencoder own:
                // Priors and anchors say nothing about scores.
                var settings = own.Settings with { Prior = PriorKind.Normal, Anchors = false };
                return OnnxTrace.Score(graph, x, own, backend =>
                    new Autoencoder(backend, settings, own.ItemCount, maxRows: 1, seed: null, training: false));
            case Cdae { KnowsTrainingUsersOnly: false } own:
                return OnnxTrace.Score(graph, x, own, own.Blank);
            case ItemItemModel:
                return graph.Apply("MatMul", x, graph.Constant(ModelArrays.Of(model)[0]));
            case ElsaModel:
                string matrix = graph.Constant(ModelArrays.Of(model)[0]);
                string code = graph.Apply("MatMul", x, matrix), turned = graph.Apply("Transpose", matrix);
                return graph.Apply("Sub", graph.Apply("MatMul", code, turned), x);
            case SparseItemItemModel own:
                return graph.Apply("MatMul", x, graph.Constant(ModelArrays.Dense("weights", own.Weights)));
            case Popularity:
                return graph.Apply("Expand", graph.Constant(ModelArrays.Of(model)[0]), graph.Apply("Shape", x));
            case FactorModel:
                var vectors = Setting("Vectors");
                throw About(
                    $"{model.Name}: solves a linear system for each history, ONNX has no operator for it; use {vectors} or npz.");
            default:
                throw new InputException(model.KnowsTrainingUsersOnly
                    ? $"{model.Name}: knows its training users only, so it is no function of clicks that ONNX could hold; "
                        + "choose npz or safetensors."
                    : $"{model.Name}: its scores are no function of clicks that ONNX could hold; choose another model.");
        }
    }

    // 0 and 1 for each item. Padding, and a click twice, change nothing: it is written to a column that is cut off, or again.
    private static string History(OnnxGraph graph, string clicks, int items)
    {
        string batch = graph.Apply("Slice", graph.Apply("Shape", clicks), graph.Constant(0L), graph.Constant(1L));
        string zeros = graph.Apply("ConstantOfShape",
            graph.Apply("Concat", [batch, graph.Constant(items + 1L)], ("axis", 0)));
        string columns = graph.Apply("Where",
            graph.Apply("Less", clicks, graph.Constant(0L)), graph.Constant((long)items), clicks);
        string ones = graph.Apply("Expand", graph.Constant(1f), graph.Apply("Shape", clicks));
        string wide = graph.Apply("ScatterElements", [zeros, columns, ones], ("axis", 1));
        return graph.Columns(wide, 0, items);
    }

    // TopK ranks the lower of equal items first, as this program does.
    private static (string Items, string Scores) Best(OnnxGraph graph, string history, string scores, string k, int items)
    {
        string never = graph.Constant(float.NegativeInfinity);
        string open = graph.Apply("Where", graph.Apply("Greater", history, graph.Constant(0f)), never, scores);
        var (best, ranked) = graph.ApplyForTwo("TopK", [open, graph.Apply("Min", k, graph.Constant((long)items))],
            ("axis", 1), ("largest", 1), ("sorted", 1));
        string none = graph.Apply("IsInf", [best], ("detect_positive", 0));
        return (graph.Apply("Where", none, graph.Constant(-1L), ranked), best);
    }
}
