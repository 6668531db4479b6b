using System.Text.Json;
using ManualVae.Data;
using ManualVae.Export.Onnx;
using ManualVae.Models;
using ManualVae.Training;

namespace ManualVae.Export;

/// <summary>An array of an exported model.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Shape">Lengths of its dimensions.</param>
public sealed record ExportedArray(string Name, IReadOnlyList<long> Shape);

/// <summary>
/// A trained model in the files of other programs. Weights are streamed from where the model keeps them; no second copy of them
/// is made. One thread at a time.
/// </summary>
/// <param name="model">The model; stays the caller's.</param>
/// <param name="metadata">What the file says of the model beside its arrays.</param>
public sealed class ModelExport(IRecommender model, IReadOnlyDictionary<string, string> metadata)
{
    /// <summary>Version of the operators of an ONNX model.</summary>
    public const int OnnxOpset = OnnxGraph.Opset;

    /// <summary>
    /// The model of a run. The metadata are <c>program</c>, <c>model</c>, <c>items</c> (their number) and <c>settings</c> (JSON).
    /// </summary>
    public static ModelExport Of(FittedRun run)
    {
        var manifest = run.Folder.Manifest;
        return new(run.Model, new Dictionary<string, string>
        {
            ["program"] = $"manualvae {typeof(ModelExport).Assembly.GetName().Version?.ToString(3)}",
            ["model"] = manifest.Model,
            ["items"] = $"{run.Model.ItemCount}",
            ["settings"] = manifest.CompleteSettings().ToJsonString(),
        });
    }

    /// <summary>Names and shapes of all parameters.</summary>
    /// <exception cref="InputException">The model has no parameters.</exception>
    public IReadOnlyList<ExportedArray> Arrays =>
        [.. ModelArrays.Of(model).Select(array => new ExportedArray(array.Name, array.Shape))];

    /// <summary>Writes all parameters as <c>.npz</c>, and the metadata as <c>metadata.json</c> in it.</summary>
    /// <exception cref="InputException">The model has no parameters.</exception>
    public void WriteNpz(Stream stream) =>
        NpzFile.Write(stream, ModelArrays.Of(model), JsonSerializer.Serialize(metadata));

    /// <summary>Writes all parameters and the metadata as safetensors.</summary>
    /// <exception cref="InputException">The model has no parameters.</exception>
    public void WriteSafetensors(Stream stream) => SafetensorsFile.Write(
        stream, [.. ModelArrays.Of(model).Where(array => array.Type.Safetensors is not null)], metadata);

    /// <summary>True if the weights do not fit into an ONNX file, which holds 2 GB; they then go into a file beside it.</summary>
    /// <exception cref="InputException">The model cannot be written as ONNX.</exception>
    public bool NeedsOnnxData(OnnxForm form) => ScoringGraph.Build(model, form).Model(metadata, dataFile: null).Length
        > int.MaxValue;

    /// <summary>Writes the scoring path as an ONNX model, opset <see cref="OnnxOpset"/>.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="form">What it takes and gives.</param>
    /// <param name="dataFile">
    /// Name of the file beside it that holds the weights (see <see cref="WriteOnnxData"/>); null for weights in the model itself.
    /// </param>
    /// <exception cref="InputException">The model cannot be written as ONNX.</exception>
    public void WriteOnnx(Stream stream, OnnxForm form, string? dataFile = null) =>
        ScoringGraph.Build(model, form).Model(metadata, dataFile).WriteTo(stream);

    /// <summary>Writes the weights of an ONNX model that keeps them in a file beside it.</summary>
    public void WriteOnnxData(Stream stream, OnnxForm form) => ScoringGraph.Build(model, form).WriteData(stream);
}
