using ManualVae.Data;
using ManualVae.Data.Import;
using Xunit;

namespace ManualVae.Tests.Data.Import;

/// <summary>Files of histories.</summary>
public sealed class HistoryFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    private string Read(string name, string text)
    {
        File.WriteAllText(_folder[name], text);
        return string.Join(' ', HistoryFile.Read(_folder[name]).Select(p => $"{p.User}:{string.Join('+', p.Items)}"));
    }

    [Theory]
    [InlineData("a.csv", "user,item\nu2,i3\nu1,i1\nu2,i0\n", "u2:i3+i0 u1:i1")]
    [InlineData("a.tsv", "customer\tsku\trating\nu2\ti3\t0\nu1\ti1\t5\n", "u2:i3 u1:i1")] // a rating of 0 is a click too
    [InlineData("a.jsonl", "{\"user\": \"u2\", \"item\": \"i3\"}\n{\"user\": \"u2\", \"item\": 7}\n", "u2:i3+7")]
    [InlineData("a.txt", "1 3\n1 4\n2 3\n", "1:3+4 2:3")]
    [InlineData("b.txt", "@jane\t=x\nbob\t+y\n", "@jane:=x bob:+y")] // ids of any letters, without a header
    public void Histories_are_read_as_clicks_are(string name, string text, string histories) =>
        Assert.Equal(histories, Read(name, text));

    [Theory]
    [InlineData("a.jsonl", "{\"who\": \"u\", \"what\": \"i\"}\n", "call them user and item")]
    [InlineData("a.csv", "user,item\nu2,i3\nu1\n", "a.csv:3")]
    [InlineData("a.txt", "alone\n", "a.txt:1")]
    public void What_is_no_history_is_refused(string name, string text, string problem) =>
        Assert.Contains(problem, Assert.Throws<InputException>(() => Read(name, text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("no such file", Assert.Throws<InputException>(() => HistoryFile.Read(_folder["none"])).Message,
            StringComparison.Ordinal);
}
