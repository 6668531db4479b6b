using System.Globalization;
using System.Text;
using ManualVae.Data;

namespace ManualVae.Evaluation;

/// <summary>
/// Each evaluated user's value of each metric, separated by tabs: a header <c>user, fold_in, held_out, metric...</c>, then a
/// line a user. Values are written so that they read back to the last bit.
/// </summary>
public static class PerUserFile
{
    private static readonly string[] Leading = ["user", "fold_in", "held_out"];

    /// <summary>Writes the file.</summary>
    public static void Write(string path, EvaluationResult result, EvaluationSplit split, IReadOnlyList<string> userIds) =>
        AtomicFile.WriteText(path, Text(result, split, userIds));

    /// <summary>What the file holds.</summary>
    /// <param name="result">The evaluation.</param>
    /// <param name="split">The split it was made on.</param>
    /// <param name="userIds">Original id of every user of the data.</param>
    public static string Text(EvaluationResult result, EvaluationSplit split, IReadOnlyList<string> userIds)
    {
        var metrics = result.Metrics.Where(m => m.PerUser is not null).ToArray();
        var text = new StringBuilder().AppendJoin('\t', [.. Leading, .. metrics.Select(m => m.Metric.Name)]).Append('\n');
        for (int user = 0; user < result.Users; user++)
        {
            int row = result.Rows[user];
            text.Append(CultureInfo.InvariantCulture,
                $"{userIds[split.FirstUser + row]}\t{split.FoldIn.RowLength(row)}\t{split.HeldOut.RowLength(row)}");
            foreach (var metric in metrics) text.Append(CultureInfo.InvariantCulture, $"\t{metric.PerUser![user]:R}");
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>Reads the users and the values of each metric.</summary>
    /// <exception cref="InputException">No such file, or a line that is not as <see cref="Write"/> makes them.</exception>
    public static (string[] Users, IReadOnlyDictionary<string, double[]> Metrics) Read(string path)
    {
        if (!File.Exists(path))
            throw new InputException($"{path}: no such file; evaluate the run and ask for its per-user values.");
        var lines = File.ReadAllLines(path);
        var header = lines.Length > 0 ? lines[0].Split('\t') : [];
        if (!header.AsSpan().StartsWith(Leading))
            throw new InputException($"{path}, line 1: not a per-user file; it must begin with {string.Join(", ", Leading)}.");
        if (header.Distinct().Count() < header.Length)
            throw new InputException($"{path}, line 1: a metric is named twice; evaluate the part again.");
        var users = new string[lines.Length - 1];
        var columns = header.Skip(Leading.Length).ToDictionary(name => name, _ => new double[users.Length]);
        for (int line = 1; line < lines.Length; line++)
        {
            var fields = lines[line].Split('\t');
            if (fields.Length != header.Length)
                throw new InputException(
                    $"{path}, line {line + 1}: {fields.Length} fields where the header has {header.Length}.");
            users[line - 1] = fields[0];
            for (int f = Leading.Length; f < fields.Length; f++)
                if (double.TryParse(fields[f], NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
                    columns[header[f]][line - 1] = value;
                else
                    throw new InputException($"{path}, line {line + 1}: '{fields[f]}' is not a number.");
        }
        return (users, columns);
    }
}
