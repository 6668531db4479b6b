using System.Text.RegularExpressions;

namespace ManualVae.Tests.House;

/// <summary>The source files of the five projects, as paths below the repository with forward slashes.</summary>
internal static partial class SourceFiles
{
    /// <summary>The projects; each is a folder of the repository.</summary>
    public static readonly string[] Projects = ["Engine", "Engine.Tests", "Engine.Tests.Long", "Engine.Bench", "Tools"];

    /// <summary>The source files of the projects.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Projects.SelectMany(In)];

    /// <summary>The programs in samples/, which have no namespaces.</summary>
    public static IReadOnlyList<string> Samples { get; } = [.. In("samples")];

    private static IEnumerable<string> In(string project) =>
        [.. from path in Directory.EnumerateFiles(FullPath(project), "*.cs", SearchOption.AllDirectories)
            let file = Path.GetRelativePath(TestData.RepositoryRoot, path).Replace('\\', '/')
            where !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)
            orderby file
            select file];

    /// <summary>The full path of a file.</summary>
    public static string FullPath(string file) => Path.Combine(TestData.RepositoryRoot, file);

    /// <summary>The files that declare each top-level type, by its full name without generic parameters. A partial type has
    /// several.</summary>
    public static ILookup<string, string> ByType { get; } =
        (from file in All
         let text = File.ReadAllText(FullPath(file))
         from Match type in TypeDeclaration().Matches(text)
         select (Type: $"{Namespace(text)}.{type.Groups[1].Value}", File: file)).ToLookup(pair => pair.Type, pair => pair.File);

    /// <summary>The namespace that a source text declares, or the empty string.</summary>
    public static string Namespace(string text) => NamespaceDeclaration().Match(text).Groups[1].Value;

    [GeneratedRegex(@"(?m)^namespace ([\w.]+);")]
    private static partial Regex NamespaceDeclaration();

    // Namespaces are file-scoped, so a top-level type begins at the first column.
    [GeneratedRegex(@"(?m)^(?:\[.*\] )?(?:[a-z]+ )*(?:class|struct|interface|enum|record(?: class| struct)?|delegate \S+) (\w+)")]
    private static partial Regex TypeDeclaration();
}
