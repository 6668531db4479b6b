using System.CommandLine;
using ManualVae.Data;
using ManualVae.Export;
using ManualVae.Export.Onnx;
using ManualVae.Tools.Runs;
using ManualVae.Training;

namespace ManualVae.Tools.Verbs;

/// <summary><c>manualvae export RUN</c>: a trained model, or its vectors, in the files of other programs.</summary>
internal static class ExportVerb
{
    private const string Flag = "--output";

    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "Run folder (made by: manualvae train)." };
        var format = new Option<string?>("--format")
        {
            Description = "The model: onnx (its scoring), safetensors or npz (all parameters).",
            HelpName = "onnx|safetensors|npz",
        }.AcceptOnlyFromAmong("onnx", "safetensors", "npz");
        var form = new Option<string?>("--form")
        {
            Description = "Of onnx. dense: a row of 0 and 1 in, a score for each item out; list: clicked items in, the best "
                + "items out. [default: dense]",
            HelpName = "dense|list",
        }.AcceptOnlyFromAmong("dense", "list");
        var vectors = new Option<string?>("--vectors")
        {
            Description = "Instead of the model: the vectors of items or of users. The end of the file's name chooses .npy, "
                + ".npz, .parquet or .tsv.",
            HelpName = "items|users",
        }.AcceptOnlyFromAmong("items", "users");
        var history = Flags.History(
            "Of users: the clicks that count, all that are known, or those that an evaluation shows.");
        var output = new Option<string>(Flag)
        {
            Description = $"The file to write; ids go into a file beside it. {OutputFile.Help}",
            HelpName = "file", Required = true,
        };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace the file if it exists." };
        var json = Flags.Json();
        var model = new ModelFlags();
        return Verb.Create(
            "export", "A model or its vectors as ONNX, safetensors, NumPy or Parquet.", parsed =>
            {
                string path = parsed.GetValue(output)!;
                var (kind, what) = (parsed.GetValue(format), parsed.GetValue(vectors));
                if (kind is null == what is null)
                    throw new InputException("Give one of --format onnx|safetensors|npz and --vectors items|users.");
                if (parsed.GetValue(form) is not null && kind != "onnx")
                    throw new InputException("--form: is for --format onnx; leave it out.");
                if (parsed.GetResult(history) is { Implicit: false } && what != "users")
                    throw new InputException("--history: is for --vectors users; leave it out.");
                if (model.Data(parsed) is not null && what is null)
                    throw new InputException("--data: is for --vectors; leave it out.");
                OutputFile.RefuseTwo(Flag, path, parsed.GetValue(json));
                VectorFormat? layout = what is null ? null : FormatOf(path);
                var target = new Target(path, parsed.GetValue(overwrite));
                var folder = RunFolder.Open(parsed.GetValue(run)!);
                object result;
                if (kind is not null)
                {
                    using var fitted = model.Load(parsed, folder);
                    result = WriteModel(
                        fitted, kind, parsed.GetValue(form) == "list" ? OnnxForm.List : OnnxForm.Dense, target);
                }
                else
                {
                    using var fitted = model.Load(parsed, folder, batch: 500);
                    result = WriteVectors(
                        fitted, what!, layout!.Value, model.Data(parsed), parsed.GetValue(history) == "shown", target);
                }
                if (parsed.GetValue(json)) Terminal.WriteJson(result);
                else OutputFile.Messages(path).WriteLine(target.Ids is null ? path : $"{path}; ids in {target.Ids}");
                return ExitCode.Done;
            }, [run, format, form, vectors, history, output, overwrite, json, .. model.Options]);
    }

    private static object WriteModel(FittedRun run, string format, OnnxForm form, Target target)
    {
        var (export, name, path) = (ModelExport.Of(run), run.Folder.Manifest.Model, target.Path);
        target.Refuse(".items.tsv");
        string? dataFile = null;
        if (format == "onnx" && export.NeedsOnnxData(form))
        {
            if (OutputFile.IsStandardOutput(path))
                throw new InputException($"{Flag} {path}: the weights are above 2 GB and need a second file; give a file.");
            string data = path + ".data";
            OutputFile.RefuseToReplace(Flag, data, target.Overwrite);
            AtomicFile.Write(data, stream => export.WriteOnnxData(Interruptible(stream), form));
            dataFile = Path.GetFileName(data);
        }
        Action<Stream> write = format switch
        {
            "onnx" => stream => export.WriteOnnx(stream, form, dataFile),
            "npz" => export.WriteNpz,
            _ => export.WriteSafetensors,
        };
        OutputFile.WriteBytes(Flag, path, stream => write(Interruptible(stream)));
        if (run.Folder.ReadIds() is { } ids) target.WriteIds(".items.tsv", ids.Items.Write);
        int items = run.Model.ItemCount;
        return format == "onnx"
            ? new
            {
                model = name, items, format, form, opset = ModelExport.OnnxOpset, output = path, data = dataFile,
                ids = target.Ids,
            }
            : new { model = name, items, format, output = path, ids = target.Ids, export.Arrays };
    }

    private static InterruptibleStream Interruptible(Stream stream) => new(stream, Session.Cancellation);

    private static object WriteVectors(
        FittedRun run, string what, VectorFormat format, string? data, bool hideHeldOut, Target target)
    {
        string path = target.Path;
        PreparedDataset Data() => RunData.Open(run.Folder, data, keepUnknown: false, Terminal.Note);
        var export = what == "items"
            ? VectorExport.OfItems(run.Model, run.Folder.ReadIds()?.Items ?? Data().Items)
            : VectorExport.OfUsers(run.Model, Data(), hideHeldOut);
        if (format == VectorFormat.Npy) target.Refuse(".ids.tsv");
        OutputFile.WriteBytes(Flag, path, stream =>
        {
            if (format == VectorFormat.Parquet && !stream.CanSeek)
                throw new InputException(
                    $"{Flag} {path}: Parquet cannot be written into a pipe; give a file, or another ending.");
            export.Write(stream, format, Session.Cancellation);
        });
        if (format == VectorFormat.Npy) target.WriteIds(".ids.tsv", file => OutputFile.Write(file, writer =>
        {
            writer.WriteLine("index\tid");
            foreach (var (index, id) in export.Ids.Index()) writer.WriteLine($"{index}\t{id}");
        }));
        return new
        {
            model = run.Folder.Manifest.Model, vectors = what, export.Description, rows = export.Ids.Count, export.Width, format,
            output = path, ids = target.Ids,
        };
    }

    private static VectorFormat FormatOf(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".npy" => VectorFormat.Npy,
        ".npz" => VectorFormat.Npz,
        ".parquet" => VectorFormat.Parquet,
        ".tsv" => VectorFormat.Tsv,
        _ when OutputFile.HoldsSomething(path) || !File.Exists(path) && !OutputFile.IsStandardOutput(path) =>
            throw new InputException($"{Flag} {path}: the end of the name chooses the format; use .npy, .npz, .parquet or .tsv."),
        _ => VectorFormat.Tsv, // standard output, a pipe, a device
    };

    /// <summary>The file to write, and the file with ids beside it.</summary>
    private sealed class Target
    {
        public Target(string path, bool overwrite)
        {
            (Path, Overwrite) = (path, overwrite);
            OutputFile.RefuseToReplace(Flag, path, overwrite);
        }

        public string Path { get; }

        public bool Overwrite { get; }

        /// <summary>The file with ids that was written, or null.</summary>
        public string? Ids { get; private set; }

        /// <summary>Refuses, before the work, a file with ids that is there.</summary>
        public void Refuse(string ending) => OutputFile.RefuseToReplace(Flag, Beside(ending), Overwrite);

        /// <summary>Writes the ids; nothing lies beside standard output, a pipe or a device.</summary>
        public void WriteIds(string ending, Action<string> write)
        {
            if (!OutputFile.HoldsSomething(Path)) return;
            Ids = Beside(ending);
            write(Ids);
        }

        private string Beside(string ending) => Path + ending;
    }
}
