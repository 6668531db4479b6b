using Xunit;

namespace ManualVae.Tests;

/// <summary>
/// Finds the real datasets, which the repository does not hold: the folder <c>shared/datasets</c> beside the repository, or
/// whatever the environment variable MANUALVAE_DATASETS names.
/// </summary>
internal static class TestData
{
    /// <summary>The environment variable that names another folder of datasets.</summary>
    public const string Variable = "MANUALVAE_DATASETS";

    /// <summary>The root of the repository: the nearest folder above the test binary that holds the solution.</summary>
    public static string RepositoryRoot => Repository.Root;

    /// <summary>The folder that holds one folder a dataset; it may not exist.</summary>
    public static string Root { get; } =
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder
            ? folder
            : FindDatasets(RepositoryRoot);

    /// <summary>True where the dataset is here.</summary>
    public static bool Has(string name) => Directory.Exists(Path.Combine(Root, name));

    /// <summary>The folder of a dataset, or a file in it. Use only in tests marked <see cref="FactWithDataAttribute"/>.</summary>
    public static string PathOf(string name, params string[] parts) => Path.Combine([Root, name, .. parts]);

    /// <summary>A committed fixture: a file under <c>Engine.Tests/Fixtures</c>.</summary>
    public static string Fixture(params string[] parts) => Path.Combine([RepositoryRoot, "Engine.Tests", "Fixtures", .. parts]);

    /// <summary>A new empty folder for one test, deleted when disposed.</summary>
    public static TemporaryFolder NewFolder() => new();

    /// <summary>Beside the repository; a work tree may lie one folder deeper, so the folders above are tried too.</summary>
    private static string FindDatasets(string repository)
    {
        for (var folder = new DirectoryInfo(repository).Parent; folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared", "datasets");
            if (Directory.Exists(candidate)) return candidate;
        }
        return Path.GetFullPath(Path.Combine(repository, "..", "shared", "datasets"));
    }
}

/// <summary>A test that needs real datasets; skipped, with the reason, where one of them is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactWithDataAttribute : FactAttribute
{
    /// <summary>Names the datasets (folders under <see cref="TestData.Root"/>) that the test reads.</summary>
    public FactWithDataAttribute(params string[] datasets)
    {
        string[] missing = [.. datasets.Where(name => !TestData.Has(name))];
        if (missing.Length > 0)
            Skip = $"needs {string.Join(", ", missing)} in {TestData.Root} (set {TestData.Variable} to the folder of datasets)";
    }
}
