using ManualVae.Evaluation;
using ManualVae.Tools;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Tables;
using Spectre.Console;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>Tables and progress in narrow terminals.</summary>
public class FittedTableTests
{
    private static string Written(int width, Action<IAnsiConsole> write)
    {
        var text = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors,
        });
        console.Profile.Width = width;
        write(console);
        string[] lines = text.ToString().Split('\n');
        Assert.All(lines, line => Assert.True(line.TrimEnd().Length <= width, line));
        return text.ToString();
    }

    private static FittedTable Differences()
    {
        var table = new FittedTable("metric", "run", ">mean", ">difference", ">95 % interval", ">p (t)", ">p (Holm)")
        {
            MayDrop = ["p (t)", "mean"],
        };
        table.AddRow("NDCG@100", "runs/vae", "0.3912", "-0.0365", "-0.0421 … -0.0310", "< 0.0001", "< 0.0001");
        return table;
    }

    [Fact]
    public void Columns_that_do_not_fit_are_left_out_and_named()
    {
        Assert.Contains("0.3912", Written(120, Differences().Write));
        string narrow = Written(72, Differences().Write);
        Assert.Contains("-0.0421 … -0.0310", narrow);
        Assert.Contains("-0.0365", narrow);
        Assert.Contains("A wider terminal also shows p (t), mean.", narrow);
        Assert.DoesNotContain("0.3912", narrow);
    }

    [Fact]
    public void Rows_are_stacked_where_even_that_does_not_fit()
    {
        string stacked = Written(40, Differences().Write);
        Assert.Contains("95 % interval", stacked);
        Assert.All((string[])["-0.0421 … -0.0310", "-0.0365", "0.3912", "runs/vae"], text => Assert.Contains(text, stacked));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(160)]
    public void A_table_of_published_figures_keeps_its_numbers_whole(int width)
    {
        var metrics = new[] { "Recall@20", "Recall@50", "NDCG@100" }.ToDictionary(
            name => name, name => new ResultsValue(0.3951, 0.0021));
        var table = new MeasuredTable("data/ml-20m", "all items",
            [new("Gaussian-VAE", metrics, new([0.395, 0.537, 0.426], "Liang et al. 2018, table 2"))]);
        Assert.Contains("0.3951 ± 0.0021", Written(width, table.Write));
    }

    [Theory]
    [InlineData(60, "150/200  NDCG@100 0.4321 @ 143  0:07 left")]
    [InlineData(80, "150/200  recon 123.45  KL 12.34  β 0.2000  NDCG@100 0.4321 @ 143  0:07 left")]
    [InlineData(100, "150/200  recon 123.45  KL 12.34  β 0.2000  NDCG@100 0.4321 @ 143  12,345 users/s  0:07 left")]
    [InlineData(5, "150/200")]
    public void The_progress_line_drops_what_matters_least(int width, string expected) =>
        Assert.Equal(expected, Markup.Remove(TrainingDisplay.Fit(width, ("[bold]150[/]/200", 0),
            ("recon 123.45  KL 12.34  β 0.2000", 3), ("[green]NDCG@100 0.4321[/] @ 143", 2), ("[grey]12,345 users/s[/]", 4),
            ("[grey]0:07 left[/]", 1))));
}
