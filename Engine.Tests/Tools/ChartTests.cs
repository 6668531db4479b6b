using System.Globalization;
using System.Xml.Linq;
using ManualVae.Tools.Charts;
using Xunit;

namespace ManualVae.Tests.Tools;

public class ChartTests
{
    private static readonly double[] Epochs = [1, 2, 3, 4];

    public static TheoryData<string> Figures => [.. Samples().Keys];

    [Theory, MemberData(nameof(Figures))]
    public void A_figure_is_well_formed_and_independent_of_the_culture(string name)
    {
        string svg = Samples()[name].ToSvg();
        Assert.Equal("svg", XDocument.Parse(svg).Root!.Name.LocalName);
        Assert.DoesNotContain("NaN", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("Infinity", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("mv-figure-id", svg, StringComparison.Ordinal);
        Assert.Equal(svg, Samples()[name].ToSvg());
        foreach (var number in XDocument.Parse(svg).Descendants().Attributes()
            .Where(a => a.Name.LocalName is "x" or "y" or "width" or "height"))
            Assert.True(double.TryParse(number.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
                number.ToString());
    }

    [Fact]
    public void Text_is_escaped()
    {
        var chart = Line() with { Title = "<b> & \"you\"" };
        Assert.Contains("&lt;b&gt; &amp; &quot;you&quot;", chart.ToSvg(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_legend_stands_above_the_data()
    {
        var chart = Line() with
        {
            Series = [new LineSeries("first", Epochs, [1, 2, 3, 4]),
            new LineSeries("second", Epochs, [4, 3, 2, 1])]
        };
        var texts = XDocument.Parse(chart.ToSvg()).Descendants().Where(e => e.Name.LocalName == "text").ToList();
        double legend = Y(texts.Single(t => t.Value == "second")),
            topTick = texts.Where(t => (string?)t.Attribute("class") == "mv-tick").Min(Y);
        Assert.True(legend < topTick, $"{legend} against {topTick}");
    }

    [Theory]
    [InlineData(0, 1, "0|0.2|0.4|0.6|0.8|1.0")]
    [InlineData(0, 37, "0|5|10|15|20|25|30|35|40")]
    [InlineData(-3, 3, "-3|-2|-1|0|1|2|3")]
    [InlineData(0, 2.5e6, "0|5·10⁵|10⁶|1.5·10⁶|2·10⁶|2.5·10⁶")]
    public void Ticks_are_round_numbers(double low, double high, string labels) =>
        Assert.Equal(labels, string.Join('|', new Axis("x").ScaleOver([low, high], 0, 400).Labels));

    [Theory]
    [InlineData(1, 1000, "1|2|5|10|20|50|100|200|500|1,000")]
    [InlineData(1e-6, 100, "10⁻⁶|10⁻⁵|10⁻⁴|0.001|0.01|0.1|1|10|100")]
    public void Logarithmic_ticks_are_round_numbers(double low, double high, string labels) =>
        Assert.Equal(labels, string.Join('|', new Axis("x") { Log = true }.ScaleOver([low, high], 0, 600).Labels));

    [Fact]
    public void A_scale_maps_its_ends_to_the_pixels_given()
    {
        var linear = new Axis("x") { Min = 2, Max = 4 }.ScaleOver([], 100, 300);
        Assert.Equal((100, 200, 300), (linear.At(2), linear.At(3), linear.At(4)));
        var log = new Axis("x") { Log = true }.ScaleOver([1, 100], 0, 200);
        Assert.Equal(100, log.At(10), 9);
        Assert.False(log.CanShow(0));
    }

    [Fact]
    public void A_histogram_counts_every_value_once()
    {
        var histogram = HistogramSeries.Of("", [0, 0.1, 0.5, 1, double.NaN], bins: 2);
        Assert.Equal([2, 2], histogram.Heights);
        Assert.Equal([0, 0.5, 1], histogram.Edges);
    }

    [Fact]
    public void A_value_that_is_not_finite_interrupts_a_line()
    {
        string whole = (Line() with { Series = [new LineSeries("", Epochs, [1, 2, 3, 4])] }).ToSvg();
        string broken = (Line() with { Series = [new LineSeries("", Epochs, [1, double.NaN, 3, 4])] }).ToSvg();
        Assert.Single(whole.Split("fill:none;stroke:var(--mv-c0)")[1..]);
        Assert.Single(broken.Split("fill:none;stroke:var(--mv-c0)")[1..]); // 3-4; the lone first point is a dot
        Assert.Contains("<circle", broken, StringComparison.Ordinal);
    }

    [Fact]
    public void The_note_of_a_bar_follows_its_value_and_a_bar_may_have_another_ones_colour()
    {
        var chart = (BarChart)Samples()["notes"];
        var svg = XDocument.Parse(chart.ToSvg());
        var texts = svg.Descendants().Where(e => e.Name.LocalName == "text").Select(t => t.Value);
        Assert.Contains("+0.020 ***", texts);
        Assert.Contains("-0.010", texts); // no note, no blank
        Assert.Equal("few: dae +0.020 ± 0.005 ***; many: dae -0.010 ± 0.004",
            svg.Descendants().Single(e => e.Name.LocalName == "desc").Value);
        Assert.DoesNotContain("fill:var(--mv-c0)", chart.ToSvg(), StringComparison.Ordinal);
        Assert.Contains("-p2\"", chart.ToSvg(), StringComparison.Ordinal); // the pattern of that colour is there too
        Assert.Throws<ArgumentException>(() =>
            (chart with { Series = [chart.Series[0] with { Notes = ["*"] }] }).ToSvg());
    }

    private static double Y(XElement text) => double.Parse(text.Attribute("y")!.Value, CultureInfo.InvariantCulture);

    private static Chart Line() => new()
    {
        Title = "Loss", X = new("epoch"), Y = new("loss", "nats"), Series = [new LineSeries("train", Epochs, [4, 3, 2.5, 2.2])],
    };

    private static Dictionary<string, Figure> Samples() => new()
    {
        ["line"] = Line(),
        ["band"] = Line() with
        {
            Series = [new LineSeries("a", Epochs, [1, 2, double.NaN, 4]) { Low = [0, 1, double.NaN, 3],
                High = [2, 3, double.NaN, 5], Markers = true }],
            Rules = [new("best", 2, Vertical: true), new("target", 6)],
        },
        ["log"] = Line() with
        {
            Y = new("time", "s") { Log = true },
            Series = [new ScatterSeries("a", Epochs, [0, 1e-5, 10, 1e4])]
        },
        ["histogram"] = Line() with { Series = [HistogramSeries.Of("a", [1, 2, 2, 3, 9])] },
        ["empty"] = Line() with { Series = [] },
        ["constant"] = Line() with { Series = [new LineSeries("a", [5], [0])] },
        ["panels"] = new Panels { Title = "Two", Charts = [Line(), Line() with { Title = "Loss again" }], Width = 800 },
        ["bars"] = new BarChart
        {
            Title = "Results", Value = new("NDCG@100"),
            Categories = ["Mult-VAE", "a name that is much too long for the space that there is beside a bar"],
            Series = [new("validation", [0.4, double.NaN], [0.01, 0]), new("test", [0.41, -0.2])],
        },
        ["notes"] = new BarChart
        {
            Title = "Difference", Value = new("NDCG@100"), Categories = ["few", "many"], Format = "+0.000;-0.000",
            Series = [new("dae", [0.02, -0.01], [0.005, 0.004]) { Notes = ["***", ""], Colour = 2 }],
        },
        ["heat"] = new HeatMap
        {
            Title = "Influence", Value = new("g"), Columns = "v", Rows = "u",
            Values = new[,] { { 1.0, -1 }, { double.NaN, 0 } }
        },
        ["constant heat"] = new HeatMap
        {
            Title = "Same", Value = new("g"), Columns = "v", Rows = "u",
            Values = new[,] { { 3.0, 3 } }
        },
        ["empty heat"] = new HeatMap { Title = "None", Value = new("g"), Columns = "v", Rows = "u", Values = new double[0, 0] },
    };
}
