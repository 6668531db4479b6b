using System.Globalization;
using System.Text.RegularExpressions;
using ManualVae.Study;
using ManualVae.Tests.Tools;
using Xunit;

namespace ManualVae.Tests.Study;

/// <summary>docs/worked-examples.md: every number of its tables is computed anew, and its commands are run.</summary>
[Collection(nameof(CommandLine))]
public sealed partial class WorkedExampleTests
{
    private const string Page = "docs/worked-examples.md";

    private static string Text => File.ReadAllText(Path.Combine(TestData.RepositoryRoot, Page));

    [Fact]
    public void Every_number_of_the_page_is_what_the_program_computes()
    {
        var expected = Computed();
        var rows = Row().Matches(Text);
        Assert.Equal(expected.Keys.Order(), rows.Select(row => row.Groups["name"].Value).Order());
        foreach (Match row in rows)
        {
            var (name, value) = (row.Groups["name"].Value, row.Groups["value"].Value);
            int decimals = value.Contains('.') ? value.Length - value.IndexOf('.') - 1 : 0;
            double shown = double.Parse(value, CultureInfo.InvariantCulture), half = 0.5 * Math.Pow(10, -decimals);
            Assert.True(
                Math.Abs(shown - expected[name]) <= half + 1e-9, $"{name}: {value} on the page, {expected[name]} computed");
        }
    }

    [Fact]
    public void The_eight_masks_of_the_page_have_the_law_of_masking()
    {
        int[] distances = [.. MaskRow().Matches(Text).Select(row =>
        {
            bool Kept(string name) => row.Groups[name].Value == "yes";
            int distance = (Kept("ua") != Kept("va") ? 1 : 0) + (Kept("vb") ? 1 : 0);
            Assert.Equal(distance, int.Parse(row.Groups["d"].Value, CultureInfo.InvariantCulture));
            return distance;
        })];
        Assert.Equal(8, distances.Length);
        var law = new MaskingGeometry(1, 1, 0.5, Shared: false);
        Assert.Equal(law.Mean, distances.Average(), 12);
        Assert.Equal(law.Contraction, distances.Average(d => d < 1 ? 1.0 : 0), 12);
        Assert.Equal(law.Expansion, distances.Average(d => d > 1 ? 1.0 : 0), 12);
    }

    [Fact]
    public void Every_command_of_the_page_works()
    {
        using var folder = TestData.NewFolder();
        DocumentText.Run(Page, folder, skip: _ => false);
        Assert.Equal(6, DocumentText.Commands(Page, "manualvae").Length);
    }

    private static Dictionary<string, double> Computed()
    {
        using var toy = StudyToys.Toy("two-users");
        using var probe = new DecoderProbe(toy.Model, toy.Users);
        double[] zu = [Math.Log(4.0 / 3)], zv = [0];
        DecoderGradients u = probe.At([0], zu), v = probe.At([1], zv), crossedU = probe.At([0], zv), crossedV = probe.At([1], zu);
        const double step = 0.1;
        double inner = u.Dot(0, v, 0, 1), change = probe.StepChange(u, v, 1, step)[0], distance = zu[0];
        double normU = Math.Sqrt(u.Dot(0, u, 0, 1)), normV = Math.Sqrt(v.Dot(0, v, 0, 1));
        double mismatchU = crossedU.MismatchNorm(0, v, 0, 1), mismatchV = crossedV.MismatchNorm(0, u, 0, 1);
        double ownU = Math.Sqrt(u.SquaredDistance(0, crossedU, 0)) / distance,
            ownV = Math.Sqrt(v.SquaredDistance(0, crossedV, 0)) / distance;
        var part = new RadiusPart(RadiusPart.Whole, normU, normV, inner, mismatchU, ownU, ownU);
        double curvature = 2 * (change + step * inner) / Math.Pow(step * normV, 2), bound = part.Bound(ownU, distance);
        var values = new Dictionary<string, double>
        {
            ["inner product of g_u and g_v"] = inner,
            ["cosine of g_u and g_v"] = inner / (normU * normV),
            ["loss of u before"] = u.Losses[0],
            ["loss of u after the step on v"] = u.Losses[0] + change,
            ["change of u's loss"] = change,
            ["change to first order"] = -step * inner,
            ["W1 of u and v"] = distance,
            ["norm of g_u"] = normU,
            ["norm of g_v"] = normV,
            ["Delta_x of v for u"] = mismatchU,
            ["L of the pair"] = ownU,
            ["D_uv = L W1 + Delta_x"] = ownU * distance + mismatchU,
            ["radius of u for v"] = part.Radius(ownU),
            ["the theorem's bound of the inner product"] = bound,
            ["Delta_x of u for v"] = mismatchV,
            ["radius of v for u"] = (normV - mismatchV) / ownV,
            ["curvature S at a step of 0.1"] = curvature,
            ["largest certain step by this S"] = 2 * bound / (curvature * normV * normV),
        };
        foreach (string spread in new[] { "0.25", "1", "2" })
        {
            using var inside = StudyToys.Toy("inside", double.Parse(spread, CultureInfo.InvariantCulture));
            var radius = RadiusStudy.Run(inside.Model, inside.Users, new() { Pairs = 40 * 39 });
            values[$"share inside at spread {spread}"] = radius.Shares.First(share => share.Constant == "segment").Share.Value;
            values[$"share helped at spread {spread}"] = radius.Helps.Value;
        }
        foreach (string rho in new[] { "0.25", "0.5", "0.75" })
        {
            var law = new MaskingGeometry(1, 1, double.Parse(rho, CultureInfo.InvariantCulture), Shared: false);
            values[$"E D_h at rho {rho}"] = law.Mean;
            values[$"P(nearer) at rho {rho}"] = law.Contraction;
            values[$"P(farther) at rho {rho}"] = law.Expansion;
        }
        return values;
    }

    [GeneratedRegex(@"(?m)^\| (?<name>[^|]+) \| [^|]+ \| (?<value>-?[\d.]+) \|$")]
    private static partial Regex Row();

    [GeneratedRegex(@"(?m)^\| (?<ua>yes|no) \| (?<va>yes|no) \| (?<vb>yes|no) \| (?<d>\d) \|$")]
    private static partial Regex MaskRow();
}
