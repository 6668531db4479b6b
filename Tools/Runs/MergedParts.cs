using System.CommandLine;
using System.Globalization;
using ManualVae.Data;
using ManualVae.Evaluation;
using Spectre.Console;

namespace ManualVae.Tools.Runs;

/// <summary>An evaluation done in parts, each by its own process: the per-user values of all parts, put together.</summary>
internal static class MergedParts
{
    /// <summary><c>--part</c>: which of the users to measure.</summary>
    public static Option<string?> Part() => new("--part")
    {
        Description = "Measure part I of N of the users, into --per-user FILE; --merge joins the parts.", HelpName = "I/N",
    };

    /// <summary><c>--merge</c>: the files of all parts.</summary>
    public static Option<string[]> Merge() => new("--merge")
    {
        Description = "Put the --per-user files of all parts together, in their order: the means of the whole.",
        HelpName = "file", AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>The users of a part: a block of its rows.</summary>
    public static EvaluationSplit Of(Part part, EvaluationSplit whole)
    {
        int[] rows = [.. part.Of([.. Enumerable.Range(0, whole.FoldIn.Rows)])];
        if (rows.Length == 0) throw new InputException($"--part: there are only {whole.FoldIn.Rows} users; give fewer parts.");
        return new(whole.FoldIn.SelectRows(rows), whole.HeldOut.SelectRows(rows), whole.FirstUser + rows[0],
            whole.Candidates?.SelectRows(rows), whole.Excluded?.SelectRows(rows));
    }

    /// <summary>The means over all users of the files, to the last bit those of one evaluation.</summary>
    /// <exception cref="InputException">A file is missing or damaged, measures something else, or a user is in two.</exception>
    public static (int Users, IReadOnlyList<MetricResult> Metrics) Read(IReadOnlyList<string> files)
    {
        var parts = files.Select(file => (File: file, PerUserFile.Read(file).Users, PerUserFile.Read(file).Metrics)).ToList();
        string[] names = [.. parts[0].Metrics.Keys];
        if (parts.FirstOrDefault(part => !part.Metrics.Keys.SequenceEqual(names)) is { File: { } other })
            throw new InputException($"{other}: has other metrics than {files[0]}; measure all parts alike.");
        if (parts.SelectMany(part => part.Users).GroupBy(user => user).FirstOrDefault(user => user.Count() > 1) is { } twice)
            throw new InputException($"--merge: user '{twice.Key}' is in two of the files; give each part once.");
        return (parts.Sum(part => part.Users.Length), [.. names.Select(name => MetricResult.FromUsers(
            Metric.Parse(name), [.. parts.SelectMany(part => part.Metrics[name])]))]);
    }

    /// <summary>Prints them.</summary>
    public static void Print(int users, IReadOnlyList<MetricResult> metrics, bool json)
    {
        if (json)
        {
            Terminal.WriteJson(new
            {
                users, metrics = metrics.ToDictionary(m => m.Metric.Name, m => new ResultsValue(m.Mean, m.StandardError)),
            });
            return;
        }
        var table = Terminal.Table("metric", ">mean", ">± standard error");
        foreach (var m in metrics)
            table.AddRow($"[bold]{m.Metric}[/]", m.Mean.ToString("0.0000", CultureInfo.InvariantCulture),
                m.StandardError?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "");
        Terminal.Results.Write(table);
        Console.Out.WriteLine(Readable.Count(users, "user"));
    }
}
