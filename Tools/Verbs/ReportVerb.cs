using System.CommandLine;
using ManualVae.Data;
using ManualVae.Tools.Report;

namespace ManualVae.Tools.Verbs;

/// <summary><c>manualvae report</c>: one HTML file for one run or several.</summary>
internal static class ReportVerb
{
    public static Command Create()
    {
        var runs = new Argument<string[]>("RUN")
        {
            Description = "Run folders, or results of predictions (evaluate --predictions --output): files, or folders with "
                + "a results.json; several are shown side by side.", Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string?>("--output")
        {
            Description = $"The file to write. {OutputFile.Help} [default: report.html in the folder of the first run]",
            HelpName = "file",
        };
        var title = new Option<string?>("--title") { Description = "Title of the page.", HelpName = "text" };
        return Verb.Create("report", "Write a self-contained HTML report of one run or several.", parsed =>
        {
            string[] folders = parsed.GetValue(runs)!;
            string path = parsed.GetValue(output) ?? Path.Combine(
                Directory.Exists(folders[0]) ? folders[0] : Path.GetDirectoryName(folders[0]) ?? "", "report.html");
            if (Directory.Exists(path)) throw new InputException($"--output {path}: is a folder; give the name of a file.");
            HtmlReport.Write(path, folders, title: parsed.GetValue(title));
            OutputFile.Messages(path).WriteLine(path);
            return ExitCode.Done;
        }, runs, output, title);
    }
}
