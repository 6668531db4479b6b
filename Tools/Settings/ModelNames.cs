using ManualVae.Data;
using ManualVae.Models.Baselines;

namespace ManualVae.Tools.Settings;

/// <summary>What <c>--model</c> takes.</summary>
internal static class ModelNames
{
    /// <summary>The models that the trainer trains.</summary>
    public static IReadOnlyList<string> Autoencoders { get; } = ["multvae", "multdae"];

    /// <summary>All names, the autoencoders first.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Autoencoders, .. BaselineCatalogue.All.Select(b => b.Name)];

    /// <summary>All names, for help.</summary>
    public static string Describe() => $"One of {string.Join(", ", All)}.";

    /// <summary>Refuses an unknown name.</summary>
    /// <exception cref="InputException">No such model.</exception>
    public static void RequireKnown(string name)
    {
        if (!All.Contains(name))
            throw new InputException($"--model {name}: unknown{Spelling.Question(name, All)}. {Describe()}");
    }
}
