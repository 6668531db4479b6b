using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace ManualVae.Tests.House;

/// <summary>What the program is made of: packages, their licences, and code that the runtime does not check.</summary>
public sealed partial class SupplyTests
{
    private static readonly string[] Shipped = ["Engine", "Tools"], Others = ["Engine.Tests", "Engine.Bench"];

    /// <summary>Licences that let the program be used and passed on under the MIT licence.</summary>
    private static readonly string[] Allowed = ["MIT", "Apache-2.0", "BSD-3-Clause", "NCSA", "MS-PL OR Apache-2.0"];

    [Fact]
    public void Every_package_is_listed_with_its_licence()
    {
        var (shipped, others) = (Locked(Shipped), Locked(Others).Except(Locked(Shipped)));
        string[] parts = File.ReadAllText(SourceFiles.FullPath("docs/appendix/dependencies.md")).Split("\n## ");
        Assert.Equal(shipped.Order(), Listed(parts[1]).Select(row => (row.Name, row.Version)).Order());
        Assert.Equal(others.Order(), Listed(parts[2]).Select(row => (row.Name, row.Version)).Order());
        Assert.All(parts.SelectMany(Listed), row => Assert.Contains(row.Licence, Allowed));
    }

    [Fact]
    public void Packages_say_of_their_licences_what_is_listed()
    {
        int checkedPackages = 0;
        foreach (var (name, version, licence, says) in Listed(File.ReadAllText(
            SourceFiles.FullPath("docs/appendix/dependencies.md"))))
        {
            string folder = Path.Combine(PackageFolder, name.ToLowerInvariant(), version.ToLowerInvariant());
            string file = Path.Combine(folder, name.ToLowerInvariant() + ".nuspec");
            if (!File.Exists(file)) continue; // of a project that was not restored here
            checkedPackages++;
            var metadata = XDocument.Load(file).Descendants().ToLookup(element => element.Name.LocalName);
            var declared = metadata["license"].FirstOrDefault();
            if (declared?.Attribute("type")?.Value == "expression")
                Assert.Equal((declared.Value, "the package"), (licence, says));
            else if (declared is not null) Assert.Equal($"`{declared.Value}` in it", says);
            else Assert.Equal($"<{metadata["licenseUrl"].First().Value}>", says);
        }
        Assert.True(checkedPackages >= 10, $"only {checkedPackages} packages were found in {PackageFolder}");
    }

    [Fact]
    public void Every_project_restores_the_packages_of_its_lock_file() => Assert.All(
        Directory.GetFiles(TestData.RepositoryRoot, "*.csproj", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Contains("obj")),
        file => Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(file)!, "packages.lock.json")), file));

    /// <summary>Memory that the runtime does not check is used where speed needs it, and each folder says why.</summary>
    [Fact]
    public void Unsafe_code_stays_in_Compute_and_is_explained()
    {
        string[] folders = [.. (from file in SourceFiles.All.Concat(SourceFiles.Samples)
                                where !file.StartsWith("Engine.Tests/", StringComparison.Ordinal)
                                where UnsafeCode().IsMatch(File.ReadAllText(SourceFiles.FullPath(file)))
                                select file[..file.LastIndexOf('/')]).Distinct()];
        Rule.Holds(folders.Where(folder => !(folder + "/").StartsWith("Engine/Compute/", StringComparison.Ordinal))
            .Select(folder => $"{folder} has unsafe code; only Engine/Compute may"));
        string explained = File.ReadAllText(SourceFiles.FullPath("docs/security.md"));
        Rule.Holds(folders.Where(folder => !explained.Contains($"| `{folder}` |", StringComparison.Ordinal))
            .Select(folder => $"docs/security.md does not say why {folder} has unsafe code"));
        Assert.Contains("Engine/Compute/Simd", folders);
    }

    private static string PackageFolder => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static HashSet<(string Name, string Version)> Locked(string[] projects) =>
        [.. from project in projects
            from target in JsonDocument.Parse(File.ReadAllText(SourceFiles.FullPath($"{project}/packages.lock.json"))).RootElement
                .GetProperty("dependencies").EnumerateObject()
            from package in target.Value.EnumerateObject()
            where package.Value.GetProperty("type").GetString() != "Project"
            select (package.Name, package.Value.GetProperty("resolved").GetString()!)];

    private static IEnumerable<(string Name, string Version, string Licence, string Says)> Listed(string table) =>
        from Match row in TableRow().Matches(table)
        select (row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value, row.Groups[4].Value);

    [GeneratedRegex(@"(?m)^\| (\S+) \| (\d\S*) \| ([^|]+?) \| ([^|]+?) \|$")]
    private static partial Regex TableRow();

    [GeneratedRegex(@"(?m)^[^/\n]*\bunsafe\b(?! code|-)")]
    private static partial Regex UnsafeCode();
}
