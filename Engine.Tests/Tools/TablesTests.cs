using System.Text.Json;
using ManualVae.Data;
using ManualVae.Tests.Evaluation;
using Xunit;

namespace ManualVae.Tests.Tools;

[Collection(nameof(CommandLine))]
public sealed class TablesTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Liang_has_models_and_likelihoods_and_is_made_once()
    {
        string[] tables = ["tables", "liang", "--data", CommandLine.WriteToyData(_folder["data"]), "--output", _folder["tables"],
            "--rows", "Mult-VAE,Logistic-VAE,Mult-DAE,EASE", "--epochs", "1", "--json"];
        var rows = Rows(CommandLine.Run(tables));
        Assert.Equal(["Mult-VAE", "Logistic-VAE", "Mult-DAE", "EASE"], rows.Select(r => r.GetProperty("name").GetString()));
        Assert.All(rows, row => Assert.Equal(JsonValueKind.Null, row.GetProperty("published").ValueKind)); // toy data has none
        string likelihood = JsonDocument.Parse(File.ReadAllText(
            _folder["tables", "data", "Logistic-VAE", "run.json"])).RootElement
            .GetProperty("settings").GetProperty("likelihood").GetString()!;
        Assert.Equal("logistic", likelihood);
        Assert.Equal(rows[0].ToString(), Rows(CommandLine.Run(tables))[0].ToString());
        Assert.Contains("--rows Mult-CAE", CommandLine.Run([.. tables[..6], "--rows", "Mult-CAE"]).Messages,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Liang_chooses_the_settings_of_baselines_on_the_validation_part()
    {
        string[] tables = ["tables", "liang", "--data", CommandLine.WriteToyData(_folder["data"]), "--output", _folder["tables"],
            "--rows", "EASE,WMF", "--trials", "7", "--json"];
        var rows = Rows(CommandLine.Run(tables));
        foreach (var (row, setting, first) in new[] { ("EASE", "lambda", 125.0), ("WMF", "click-weight", 2.0) })
        {
            var sweep = JsonDocument.Parse(File.ReadAllText(_folder["tables", "data", "search", row, "sweep.json"])).RootElement;
            var trials = sweep.GetProperty("trials").EnumerateArray().ToList();
            Assert.InRange(trials.Count, 6, 7);
            Assert.Contains(trials, trial => Read(trial.GetProperty("settings").GetProperty(setting)) == first);
            Assert.Equal(trials.Max(t => t.GetProperty("validation").GetDouble()),
                sweep.GetProperty("best").GetProperty("validation").GetDouble());
            var run = JsonDocument.Parse(File.ReadAllText(_folder["tables", "data", row, "run.json"])).RootElement;
            Assert.Equal(Read(sweep.GetProperty("best").GetProperty("settings").GetProperty(setting)),
                run.GetProperty("baselineSettings").GetProperty(setting).GetDouble());
        }
        Assert.Equal(rows[0].ToString(), Rows(CommandLine.Run(tables))[0].ToString());

        static double Read(JsonElement text) =>
            double.Parse(text.GetString()!, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Liang_leaves_slim_out_where_it_takes_too_long_unless_it_is_named()
    {
        string[] tables = ["tables", "liang", "--data", CommandLine.WriteToyData(_folder["data"]), "--output", _folder["tables"],
            "--trials", "0", "--slim-limit", "0", "--epochs", "1"];
        var result = CommandLine.Run(tables).Succeeded();
        Assert.Contains("SLIM: left out, as its fit would take about", result.Messages, StringComparison.Ordinal);
        Assert.Contains("name it in --rows", result.Messages, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["tables", "data", "SLIM"]));
        Assert.True(Directory.Exists(_folder["tables", "data", "CDAE"]));
        Assert.Contains("SLIM", CommandLine.Run([.. tables, "--rows", "SLIM"]).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("SLIM", CommandLine.Run(tables).Succeeded().Output, StringComparison.Ordinal); // it is there now
    }

    [Fact]
    public void Ncf_has_every_model_and_is_made_once()
    {
        string[] tables = ["tables", "ncf", "--data", WriteSampled(5), "--output", _folder["tables"], "--epochs", "1", "--json",
            "--rows", "popularity,itemknn,SLIM,EASE,iALS,GMF,MLP,NeuMF,NeuMF-pretrained,Mult-DAE"];
        var rows = Rows(CommandLine.Run(tables));
        Assert.Equal(tables[^1].Split(','), rows.Select(r => r.GetProperty("name").GetString()));
        // The held-out item shares the first rank of two, is first, is second: (0.5 (1 + 1/log2 3) + 1 + 1/log2 3) / 3.
        Assert.Equal(0.815465, Mean(rows[0], "sampled-NDCG@10"), 1e-6);
        Assert.All(rows, row => Assert.Equal(1, Mean(row, "sampled-HitRate@10"))); // never more than ten candidates
        Assert.All(rows, row => Assert.Equal(JsonValueKind.Null, row.GetProperty("published").ValueKind));
        string fitted = _folder["tables", "sampled-5", "NeuMF", "best.ckpt"];
        var written = File.GetLastWriteTimeUtc(fitted);
        Assert.Equal(rows.Select(r => r.ToString()), Rows(CommandLine.Run(tables)).Select(r => r.ToString()));
        Assert.Equal(written, File.GetLastWriteTimeUtc(fitted));
    }

    [Fact]
    public void Ncf_shows_what_was_published_on_data_of_that_many_items()
    {
        string[] tables = ["tables", "ncf", "--data", WriteSampled(3706), "--output", _folder["tables"], "--rows",
            "popularity,itemknn"];
        var rows = Rows(CommandLine.Run([.. tables, "--json"]));
        Assert.Equal(0.4535, rows[0].GetProperty("published").GetProperty("sampled-HitRate@10").GetDouble());
        Assert.Equal(0.2543, rows[0].GetProperty("published").GetProperty("sampled-NDCG@10").GetDouble());
        Assert.Contains("Rendle", rows[0].GetProperty("source").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, rows[1].GetProperty("published").ValueKind);
        string text = CommandLine.Run(tables).Succeeded().Output;
        Assert.Contains("0.4535", text, StringComparison.Ordinal);
        Assert.Contains("popularity: Rendle et al. 2020", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Ncf_shows_the_figures_of_the_factors_and_of_the_data_named()
    {
        string[] tables = ["tables", "ncf", "--data", WriteSampled(5), "--rows", "NeuMF", "--json"];
        var movies = Rows(CommandLine.Run([.. tables, "--output", _folder["a"], "--published", "movielens", "--factors", "16"]))
            [0];
        Assert.Equal(0.696, movies.GetProperty("published").GetProperty("sampled-HitRate@10").GetDouble());
        Assert.Contains("16 factors", movies.GetProperty("source").GetString(), StringComparison.Ordinal);
        Assert.Contains(".4039 in Monteil", movies.GetProperty("source").GetString(), StringComparison.Ordinal);
        Assert.Contains("\"factors\": 16", File.ReadAllText(_folder["a", "sampled-5", "NeuMF", "run.json"]),
            StringComparison.Ordinal);
        var pins = Rows(CommandLine.Run([.. tables, "--output", _folder["b"], "--published", "pinterest"]))[0];
        Assert.Equal(0.546, pins.GetProperty("published").GetProperty("sampled-NDCG@10").GetDouble());
    }

    [Fact]
    public void Ncf_trains_every_row_on_a_validation_part_too()
    {
        string data = WriteSampled(5, validation: FixedScores.Rows(5, [], [1], []));
        var result = CommandLine.Run("tables", "ncf", "--data", data, "--output", _folder["tables"], "--rows",
            "popularity,Mult-DAE", "--epochs", "1").Succeeded();
        Assert.Contains("has a validation part; all rows are trained on its clicks too", result.Messages,
            StringComparison.Ordinal);
        foreach (string row in new[] { "popularity", "Mult-DAE" })
            Assert.Contains("\"fit-validation\": true", File.ReadAllText(_folder["tables", "sampled-5", row, "run.json"]),
                StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_says_and_follows_the_protocol()
    {
        // Clicks 3, 2, 2, 1. a clicked 0 in training and 1 in validation, and is to find 2: first where 1 is kept out.
        var train = FixedScores.Rows(4, [0], [1], [0, 2], [1, 3], [0, 2]);
        var validation = new EvaluationSplit(train, FixedScores.Rows(4, [1], [], [], [], []), 0);
        string data = Save("weak", train, validation, new EvaluationSplit(CsrMatrix.Union(train, validation.HeldOut),
            FixedScores.Rows(4, [2], [], [], [], []), 0), null);
        string[] tables = ["tables", "liang", "--data", data, "--output", _folder["tables"], "--rows", "popularity"];
        (double, string?) Under(params string[] flags)
        {
            var table = CommandLine.Run([.. tables, "--json", .. flags]).Succeeded().Json[0];
            return (Mean(table.GetProperty("rows")[0], "NDCG@100"), table.GetProperty("protocol").GetString());
        }
        Assert.Equal((1, "known"), Under());
        Assert.Equal((1, "diffrec"), Under("--protocol", "diffrec"));
        var (ranked, protocol) = Under("--protocol", "lightgcn");
        Assert.Equal((1 + 0.6309297535714574) / 2, ranked, 1e-12); // 1 and 2 tie at the first two ranks
        Assert.Equal("lightgcn", protocol);
        Assert.Contains("\"protocol\": \"lightgcn\"", File.ReadAllText(_folder["tables", "weak", "popularity", "results.json"]),
            StringComparison.Ordinal);
        Assert.Contains("all items ranked, protocol diffrec", CommandLine.Run([.. tables, "--protocol", "diffrec"]).Output,
            StringComparison.Ordinal);
        Assert.Contains("--protocol", CommandLine.Run("tables", "liang", "--data", CommandLine.WriteToyData(_folder["strong"]),
            "--output", _folder["other"], "--protocol", "diffrec").Messages, StringComparison.Ordinal);
    }

    [Fact]
    public void Marec_finds_cold_items_by_their_genres()
    {
        string[] tables = ["tables", "marec", "--data", WriteGenres(), "--output", _folder["tables"], "--cold-share", "0.2",
            "--warm-share", "0", "--draws", "2", "--seed", "42",
            "--rows", "random,popularity,cosine,mixture,EASE,MARec-EASE,MARec-SLIM"];
        var json = CommandLine.Run([.. tables, "--json"]).Succeeded().Json;
        Assert.Equal(["cold items alone", "cold items among all", "all items"],
            json.EnumerateArray().Select(t => t.GetProperty("ranked").GetString())); // no warm click is held out
        Assert.All(json.EnumerateArray(), t =>
            Assert.Contains("not comparable", t.GetProperty("note").GetString(), StringComparison.Ordinal));
        var cold = json[0].GetProperty("rows").EnumerateArray().ToDictionary(r => r.GetProperty("name").GetString()!);
        Assert.Equal(["random", "popularity", "cosine-genres", "mixture", "EASE", "MARec-EASE-exact", "MARec-EASE-printed",
            "MARec-EASE-printed-0.5", "MARec-EASE-printed-hybrid", "MARec-SLIM"], cold.Keys);

        // Two cold items a draw. Without clicks they are alike, so popularity ranks them in any order; where they are of one
        // parity both are right, else one of two.
        foreach (string name in new[] { "cosine-genres", "mixture", "MARec-EASE-exact", "MARec-EASE-printed", "MARec-SLIM" })
            Assert.Equal(1, Mean(cold[name], "NDCG@10"), 1e-9);
        double[] draws = [.. Enumerable.Range(1, 2).Select(draw =>
        {
            bool[] items = ItemDivision.Draw(10, new ItemDivisionOptions(0.2, 42, 0.2, 0, (uint)draw)).Test;
            int[] drawn = [.. Enumerable.Range(0, 10).Where(i => items[i])];
            return drawn[0] % 2 == drawn[1] % 2 ? 1 : (1 + 1 / Math.Log2(3)) / 2;
        })];
        Assert.Equal(draws.Average(), Mean(cold["popularity"], "NDCG@10"), 1e-5);
        Assert.Equal(0.0938, json[1].GetProperty("rows").EnumerateArray()
            .First(r => r.GetProperty("name").GetString() == "MARec-EASE-printed").GetProperty("published").GetProperty("NDCG@10")
            .GetDouble());
        Assert.Contains(json[0].GetProperty("comparisons").EnumerateArray(), c =>
            c.GetProperty("question").GetString() == "MARec-SLIM against its mixture" && c.GetProperty("draws").GetInt32() == 2);

        // A division is a dataset like others; nothing is measured twice.
        var data = PreparedDataset.Open(_folder["tables", "genres", "cold-0.2-warm-0-seed-42", "draw-2", "data"]);
        Assert.Equal(SplitKind.ColdItems, data.Manifest.Split);
        Assert.Equal(json.ToString(), CommandLine.Run([.. tables, "--json"]).Succeeded().Json.ToString());
        string text = CommandLine.Run(tables).Succeeded().Output;
        Assert.Contains("not comparable", text, StringComparison.Ordinal);
        Assert.Contains("chosen", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Marec_s_autoencoders_are_trained_on_a_division()
    {
        string[] tables = ["tables", "marec", "--data", WriteGenres(), "--output", _folder["tables"], "--warm-share", "0.2",
            "--rows", "MARec-DAE,MARec-VAE", "--json"];
        var json = CommandLine.Run(tables).Succeeded().Json;
        Assert.Equal(4, json.GetArrayLength());
        Assert.All(json[0].GetProperty("rows").EnumerateArray(), row => Assert.InRange(Mean(row, "NDCG@10"), 0.5, 1));
    }

    [Theory]
    [InlineData("ncf", "--data genres", "has no sampled candidates; import NCF's files")]
    [InlineData("marec", "--data sampled-5", "have no attributes and no genres; import a source that has them")]
    [InlineData("marec", "--data genres --cold-share 1", "A share of 1 of 10 items")]
    [InlineData("marec", "--data genres --rows EDLAE", "--rows EDLAE: there are random, popularity")]
    [InlineData("marec", "--data genres --draws 0", "--draws 0: give 1 or more")]
    [InlineData("ncf", "--data sampled-5 --rows Mult-VAE", "--rows Mult-VAE: there are popularity")]
    public void What_cannot_be_made_is_refused_before_anything_is_trained(string table, string flags, string expected)
    {
        WriteSampled(5);
        WriteGenres();
        string[] words = [.. flags.Split(' ').Select(word => word is "genres" or "sampled-5" ? _folder[word] : word)];
        var result = CommandLine.Run(["tables", table, "--output", _folder["tables"], .. words]);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(expected, result.Messages, StringComparison.Ordinal);
        Assert.Single(result.Messages.Trim().Split('\n'));
        Assert.False(Directory.Exists(_folder["tables"]));
    }

    [Fact]
    public void A_division_of_other_data_is_not_used()
    {
        string[] tables = ["tables", "marec", "--data", WriteGenres(), "--output", _folder["tables"], "--rows", "random"];
        CommandLine.Run(tables).Succeeded();
        Directory.Delete(_folder["genres"], recursive: true);
        WriteGenres(users: 9);
        var result = CommandLine.Run(tables);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("is a division of other data", result.Messages, StringComparison.Ordinal);
    }

    private static List<JsonElement> Rows(CommandResult result) =>
        [.. result.Succeeded().Json[0].GetProperty("rows").EnumerateArray()];

    private static double Mean(JsonElement row, string metric) =>
        row.GetProperty("metrics").GetProperty(metric).GetProperty("mean").GetDouble();

    /// <summary>Three users with sampled candidates; items 0 to 4 have 3, 2, 1, 1 and 0 clicks, the others none.</summary>
    private string WriteSampled(int items, CsrMatrix? validation = null)
    {
        var train = FixedScores.Rows(items, [0, 1], [0, 2], [0, 1, 3]);
        return Save($"sampled-{items}", train, validation is null ? null : new(train, validation, 0),
            new(train, FixedScores.Rows(items, [2], [1], [4]), 0, FixedScores.Rows(items, [3, 4], [3, 4], [2])), null);
    }

    /// <summary>Ten items; users of even number click all even items, and so do odd ones; the parity is the genre.</summary>
    private string WriteGenres(int users = 8) => Save("genres", FixedScores.Rows(10, [.. Enumerable.Range(0, users)
        .Select(user => Enumerable.Range(0, 10).Where(item => item % 2 == user % 2).ToArray())]), null, null,
        [.. Enumerable.Range(0, 10).Select(item => item % 2 == 0 ? "Even" : "Odd")]);

    private string Save(string name, CsrMatrix train, EvaluationSplit? validation, EvaluationSplit? test, string[]? genres)
    {
        if (!Directory.Exists(_folder[name]))
            new PreparedDataset(
                new DatasetManifest { Source = new("synthetic", name), Split = SplitKind.LeaveOneOut }, train, validation, test,
                [.. Enumerable.Range(0, train.Rows).Select(u => $"u{u}")],
                new ItemList([.. Enumerable.Range(0, train.Columns).Select(i => $"i{i}")], null, genres)).Save(_folder[name]);
        return _folder[name];
    }
}
