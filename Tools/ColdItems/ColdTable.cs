using ManualVae.Evaluation;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Tables;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;
using Spectre.Console;

namespace ManualVae.Tools.ColdItems;

/// <summary>A figure of a row: over draws, and over users.</summary>
/// <param name="Mean">Mean of the draws' means.</param>
/// <param name="StandardError">Of that mean, from the draws; of the users' mean where there is one draw.</param>
/// <param name="Low">Lower end of a 95 % interval of the mean over draws (Student's t); null for one draw.</param>
/// <param name="High">Its upper end.</param>
/// <param name="PartLow">The paper's interval: means of random fifths of the users, 500 draws, 2.5 %.</param>
/// <param name="PartHigh">Its upper end, 97.5 %.</param>
internal sealed record ColdFigure(
    double Mean, double StandardError, double? Low, double? High, double PartLow, double PartHigh)
{
    /// <summary>The figure of one metric.</summary>
    public static ColdFigure Of(IReadOnlyList<ColdPart> draws, string metric)
    {
        double[] means = [.. draws.Select(d => d.Values[metric].Average())];
        var (low, high) = Subsampling.Interval(ColdPart.Mean(draws).Values[metric]);
        if (means.Length == 1)
            return new(means[0], MetricResult.MeanOf(draws[0].Values[metric]).StandardError, null, null, low, high);
        double mean = means.Average(), error = means.StandardDeviation() / Math.Sqrt(means.Length);
        double t = StudentT.InvCDF(0, 1, means.Length - 1, 0.975);
        return new(mean, error, mean - t * error, mean + t * error, low, high);
    }
}

/// <summary>A comparison of two rows, over users' means over draws.</summary>
internal sealed record ColdComparison(string Question, string Row, string With, string Metric, double Difference, double Low,
    double High, double TTestP, double WilcoxonP, int BetterDraws, int Draws);

/// <summary>The results of all rows and draws, in tables.</summary>
/// <param name="Data">The dataset's folder.</param>
/// <param name="Choices">What was chosen.</param>
/// <param name="Weights">Learned weights of the largest mixture, in each draw.</param>
/// <param name="Results">Of each row, in order: its draws.</param>
/// <param name="Published">Published figures of rows.</param>
/// <param name="Note">On them.</param>
internal sealed record ColdTable(string Data, ColdChoices Choices, IReadOnlyList<IReadOnlyDictionary<string, double>> Weights,
    IReadOnlyList<(string Name, IReadOnlyList<ColdResult> Draws)> Results,
    IReadOnlyDictionary<string, PublishedFigures> Published, string Note)
{
    private static string[] Metrics => ColdResult.Metrics.Split(',');

    private IReadOnlyList<ColdPart> Parts(string row, string kind) =>
        [.. Results.First(r => r.Name == row).Draws.Select(d => d.Parts[kind])];

    private IEnumerable<string> Rows(string kind) =>
        Results.Where(r => r.Draws.All(d => d.Parts.TryGetValue(kind, out var part) && part.Users.Length > 0))
            .Select(r => r.Name);

    /// <summary>Paired tests of what each part adds, on cold items alone.</summary>
    public IReadOnlyList<ColdComparison> Comparisons()
    {
        string[] cosines = [.. Results.Select(r => r.Name).Where(n => n.StartsWith("cosine-", StringComparison.Ordinal))];
        string? single = cosines.MaxBy(n => ColdFigure.Of(Parts(n, ColdResult.ColdAlone), "NDCG@10").Mean);
        string mixture = Results.Select(r => r.Name).LastOrDefault(n => n.StartsWith("mixture", StringComparison.Ordinal)) ?? "";
        (string Question, string Row, string? With)[] asked =
        [
            ("second order adds", ColdRow.Mixture(true, false), ColdRow.Mixture(false, false)),
            ("second order adds, with text", ColdRow.Mixture(true, true), ColdRow.Mixture(false, true)),
            ("text adds", ColdRow.Mixture(false, true), ColdRow.Mixture(false, false)),
            ("text adds, at second order", ColdRow.Mixture(true, true), ColdRow.Mixture(true, false)),
            ("the mixture against genres", mixture, ColdRow.Cosine("genres")),
            ("the mixture against the best single attribute", mixture, single),
            ("the mixture against all features side by side", mixture, ColdRow.Content),
            ("MARec-EASE-exact against its mixture", "MARec-EASE-exact", mixture),
            ("MARec-EASE-printed against its mixture", "MARec-EASE-printed", mixture),
            ("MARec-SLIM against its mixture", "MARec-SLIM", mixture),
            ("MARec-DAE against its mixture", "MARec-DAE", mixture),
            ("MARec-VAE against its mixture", "MARec-VAE", mixture),
        ];
        var names = Results.Select(r => r.Name).ToHashSet();
        return [.. from pair in asked
                   where pair.With is not null && names.Contains(pair.Row) && names.Contains(pair.With)
                   from metric in Metrics select Compare(pair.Question, pair.Row, pair.With!, metric)];
    }

    private ColdComparison Compare(string question, string row, string with, string metric)
    {
        var (a, b) = (Parts(row, ColdResult.ColdAlone), Parts(with, ColdResult.ColdAlone));
        double[] ours = ColdPart.Mean(a).Values[metric], theirs = ColdPart.Mean(b).Values[metric];
        var (low, high) = PairedTests.BootstrapInterval(ours, theirs);
        int better = a.Zip(b).Count(d => d.First.Values[metric].Average() > d.Second.Values[metric].Average());
        return new(question, row, with, metric, ours.Average() - theirs.Average(), low, high,
            PairedTests.PairedTTest(ours, theirs).P, PairedTests.WilcoxonSignedRank(ours, theirs).P, better, a.Count);
    }

    /// <summary>As JSON: one table for each kind of held-out items.</summary>
    public IEnumerable<object> Json() => ColdResult.Kinds.Where(kind => Rows(kind).Any()).Select(kind => new
    {
        data = Data,
        ranked = kind,
        draws = Results[0].Draws.Count,
        note = Note,
        choices = Choices,
        weights = Weights,
        rows = Rows(kind).Select(row => new
        {
            name = row,
            metrics = Metrics.ToDictionary(m => m, m => ColdFigure.Of(Parts(row, kind), m)),
            published = Published.TryGetValue(row, out var figures) && kind == "cold items among all"
                ? Metrics.Zip(figures.Values).ToDictionary(p => p.First, p => p.Second) : null,
        }),
        comparisons = kind == ColdResult.ColdAlone ? Comparisons() : [],
    });

    /// <summary>For people.</summary>
    public void Write(IAnsiConsole console)
    {
        int draws = Results[0].Draws.Count;
        foreach (string kind in ColdResult.Kinds.Where(kind => Rows(kind).Any()))
        {
            var table = new FittedTable(["model", .. Metrics.Select(metric => $">{metric}")]);
            foreach (string row in Rows(kind))
                table.AddRow([$"[bold]{Markup.Escape(row)}[/]", .. Metrics.Select(metric =>
                {
                    var figure = ColdFigure.Of(Parts(row, kind), metric);
                    return $"{figure.Mean:0.0000} [grey]± {figure.StandardError:0.0000}[/]";
                })]);
            console.MarkupLine($"[bold]{Markup.Escape(Data)}[/]: {kind}, {Readable.Count(draws, "draw")} "
                + $"[grey]({Markup.Escape(Note)})[/]");
            table.Write(console);
        }
        foreach (var (row, figures) in Published.Where(p => Results.Any(r => r.Name == p.Key)))
            console.MarkupLine($"[grey]{Markup.Escape($"{row}: published {string.Join(", ",
                Metrics.Zip(figures.Values, (m, v) => $"{m} {v:0.0000}"))}: {figures.Source}")}[/]");
        if (Comparisons() is { Count: > 0 } comparisons)
        {
            var table = new FittedTable(
                "question", "metric", ">difference", ">interval", ">p (t)", ">p (Wilcoxon)", ">draws better");
            foreach (var c in comparisons)
                table.AddRow(Markup.Escape(c.Question), c.Metric, Readable.Signed(c.Difference),
                    $"{Readable.Signed(c.Low)} to {Readable.Signed(c.High)}",
                    ComparisonTable.P(c.TTestP), ComparisonTable.P(c.WilcoxonP),
                    $"{c.BetterDraws} of {c.Draws}");
            console.MarkupLine($"[bold]{ColdResult.ColdAlone}[/]: paired over users, each user's mean over draws");
            table.Write(console);
        }
        if (Weights.Count > 0)
            console.MarkupLine($"[bold]weights[/], mean over draws: {Markup.Escape(string.Join(", ", Weights
                .SelectMany(w => w).GroupBy(w => w.Key).Select(g => (g.Key, Mean: g.Sum(w => w.Value) / Weights.Count))
                .OrderByDescending(w => w.Mean).Select(w => $"{w.Key} {w.Mean:G3}")))}");
        console.MarkupLine($"[bold]chosen[/]: {Markup.Escape(Choices.ToString())}");
    }
}
