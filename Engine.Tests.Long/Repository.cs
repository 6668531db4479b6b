using ManualVae.Data;

namespace ManualVae.Tests.Long;

/// <summary>The clone that the program lies in.</summary>
public static class Repository
{
    /// <summary>Its root: the nearest folder above the program that holds the solution.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "ManualVae.sln"))) return folder.FullName;
        throw new InputException($"{AppContext.BaseDirectory}: lies in no clone of the repository; run it from one.");
    }
}
