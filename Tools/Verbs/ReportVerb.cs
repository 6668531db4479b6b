using System.CommandLine;
using ManualVae.Data;
using ManualVae.Tools.Report;
using ManualVae.Tools.Sweep;

namespace ManualVae.Tools.Verbs;

/// <summary><c>manualvae report</c>: one HTML file for one run or several.</summary>
internal static class ReportVerb
{
    public static Command Create()
    {
        var runs = new Argument<string[]>("RUN")
        {
            Description = "Run folders; results of predictions (evaluate --predictions --output): files, or folders with a "
                + "results.json; folders of sweep and of tables. Several runs are shown side by side.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string?>("--output")
        {
            Description = $"The file to write. {OutputFile.Help} [default: report.html in the folder of the first run]",
            HelpName = "file",
        };
        var title = new Option<string?>("--title") { Description = "Title of the page.", HelpName = "text" };
        return Verb.Create("report", "Write a self-contained HTML report of runs, a sweep or a table.", parsed =>
        {
            string[] given = parsed.GetValue(runs)!;
            // What "sweep/*" names beside the runs.
            string[] folders = [.. given.Where(path => Path.GetFileName(path) is not
                (SweepResult.File or SweepFolder.SearchFile or SweepResult.BestFile or "report.html"))];
            foreach (string file in given.Except(folders)) Terminal.Note($"{file} is not a run; it is left out.");
            if (folders.Length == 0)
                throw new InputException($"{given[0]}: is not a run; give the folder of a run or of a sweep.");
            string path = parsed.GetValue(output) ?? Path.Combine(
                Directory.Exists(folders[0]) ? folders[0] : Path.GetDirectoryName(folders[0]) ?? "", "report.html");
            if (Directory.Exists(path)) throw new InputException($"--output {path}: is a folder; give the name of a file.");
            HtmlReport.Write(path, folders, title: parsed.GetValue(title));
            OutputFile.Messages(path).WriteLine(path);
            return ExitCode.Done;
        }, runs, output, title);
    }
}
