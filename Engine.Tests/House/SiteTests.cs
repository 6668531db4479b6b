using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace ManualVae.Tests.House;

/// <summary>The pages of docs/ as a site: docs/toc.yml leads to all of them.</summary>
public partial class SiteTests
{
    [Fact]
    public void The_table_of_contents_leads_to_every_page_once()
    {
        string docs = SourceFiles.FullPath("docs");
        string[] pages = [.. new[] { docs, Path.Combine(docs, "appendix") }
            .SelectMany(folder => Directory.GetFiles(folder, "*.md"))
            .Select(file => Path.GetRelativePath(docs, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];
        string[] named = [.. Page().Matches(File.ReadAllText(Path.Combine(docs, "toc.yml")))
            .Select(page => page.Groups[1].Value).Order(StringComparer.Ordinal)];
        Assert.Equal(pages, named);
    }

    [Fact]
    public void The_tool_that_makes_the_site_has_one_version()
    {
        var tools = JsonDocument.Parse(File.ReadAllText(SourceFiles.FullPath(".config/dotnet-tools.json"))).RootElement;
        Assert.Matches(@"^\d+\.\d+\.\d+$", tools.GetProperty("tools").GetProperty("docfx").GetProperty("version").GetString());
    }

    [Fact]
    public void What_the_tool_writes_is_ignored()
    {
        string[] ignored = File.ReadAllLines(SourceFiles.FullPath(".gitignore"));
        var site = JsonDocument.Parse(File.ReadAllText(SourceFiles.FullPath("docs/docfx.json"))).RootElement;
        var build = site.GetProperty("build");
        Assert.Contains($"docs/{build.GetProperty("output").GetString()}/", ignored);
        Assert.Contains("docs/api/", ignored);
    }

    [Fact]
    public void The_icon_of_the_packages_has_128_by_128_pixels()
    {
        byte[] icon = File.ReadAllBytes(SourceFiles.FullPath("docs/images/icon.png"));
        Assert.Equal(128, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(16)));
        Assert.Equal(128, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(20)));
    }

    [GeneratedRegex(@"(?m)^ *href: (\S+\.md)$")]
    private static partial Regex Page();
}
