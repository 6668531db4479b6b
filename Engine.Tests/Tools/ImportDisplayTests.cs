using ManualVae.Tools.Datasets;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>What an import says while it reads.</summary>
public class ImportDisplayTests
{
    [Fact]
    public void A_pipe_gets_a_line_every_ten_seconds()
    {
        var text = new StringWriter { NewLine = "\n" };
        var now = TimeSpan.Zero;
        var lines = new ImportDisplay.Lines(text, () => now);
        foreach (int second in new[] { 0, 9, 10, 15, 20, 29 })
        {
            now = TimeSpan.FromSeconds(second);
            lines.Report(new(500_000L * second, second / 40.0));
        }
        Assert.Equal("read 5,000,000 rows (25 %), 500,000 rows/s, 0:00:30 left\n"
            + "read 10,000,000 rows (50 %), 500,000 rows/s, 0:00:20 left\n", text.ToString());
        Assert.Equal("10 rows, 5 rows/s", ImportDisplay.Text(new(10, null), TimeSpan.FromSeconds(2)));
    }
}
