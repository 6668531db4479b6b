using System.Text.RegularExpressions;
using Xunit;

namespace ManualVae.Tests.House;

/// <summary>Rules for the text of source files.</summary>
public partial class SourceTests
{
    /// <summary>As max_line_length in .editorconfig, which no tool enforces.</summary>
    private const int LongestLine = 130;

    private const int MostLines = 330;

    public static TheoryData<string> Projects => [.. SourceFiles.Projects];

    [Fact]
    public void A_line_has_at_most_130_characters() =>
        Rule.Holds(from file in SourceFiles.All.Concat(SourceFiles.Samples)
                   from line in File.ReadLines(SourceFiles.FullPath(file)).Index()
                   where line.Item.Length > LongestLine
                   select $"{file}:{line.Index + 1} has {line.Item.Length} characters");

    [Fact]
    public void A_file_has_at_most_330_lines() =>
        Rule.Holds(from file in SourceFiles.All
                   let lines = File.ReadLines(SourceFiles.FullPath(file)).Count()
                   where lines > MostLines
                   select $"{file} has {lines} lines");

    /// <summary>Without a bound .NET's pool adds threads while work waits, each with memory of its own.</summary>
    [Fact]
    public void Parallel_loops_are_bounded_by_the_processors() =>
        Rule.Holds(from file in SourceFiles.All
                   where file.StartsWith("Engine/", StringComparison.Ordinal) && file != "Engine/Data/Cores.cs"
                   from line in File.ReadLines(SourceFiles.FullPath(file)).Index()
                   where UnboundedLoop().IsMatch(line.Item)
                   select $"{file}:{line.Index + 1} uses Parallel; Cores has the same with a bound");

    [Theory, MemberData(nameof(Projects))]
    public void Namespaces_follow_folders(string project)
    {
        string root = project == "Tools" ? "ManualVae.Tools" : "ManualVae" + project["Engine".Length..];
        var files = SourceFiles.All.Where(file => file.StartsWith(project + "/", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(files);
        Rule.Holds(from file in files
                   let declared = SourceFiles.Namespace(File.ReadAllText(SourceFiles.FullPath(file)))
                   let expected = root + file[project.Length..file.LastIndexOf('/')].Replace('/', '.')
                   where declared != expected && Path.GetFileName(file) != "Program.cs" // may hold top-level statements
                   select $"{file}: namespace {declared}, expected {expected}");
    }

    [Fact]
    public void Sources_and_documents_cite_only_what_a_reader_can_find() =>
        Rule.Holds(from file in SourceFiles.All.Concat(Documents())
                   from line in File.ReadLines(SourceFiles.FullPath(file)).Index()
                   where PrivateNotes().IsMatch(line.Item)
                   select $"{file}:{line.Index + 1} cites a note outside the repository");

    private static IEnumerable<string> Documents() =>
        Directory.EnumerateFiles(SourceFiles.FullPath("docs"), "*.md").Append(SourceFiles.FullPath("README.md"));

    [GeneratedRegex(@"(?<!cref="".*)\bParallel\.(For|ForEach)(<\w+>)?\(")]
    private static partial Regex UnboundedLoop();

    [GeneratedRegex(@"\b(papers|peers)\.md\b")]
    private static partial Regex PrivateNotes();
}
