using ManualVae.Data;
using ManualVae.Models.Baselines;

namespace ManualVae.Tools.Settings;

/// <summary>What <c>--model</c> takes.</summary>
internal static class ModelNames
{
    /// <summary>The models that the trainer trains.</summary>
    public static IReadOnlyList<string> Autoencoders { get; } = ["multvae", "multdae"];

    /// <summary>The models that are fitted to the training clicks in one call.</summary>
    public static IReadOnlyList<Baseline> Baselines => BaselineCatalogue.All;

    /// <summary>The baseline of a name, or null.</summary>
    public static Baseline? FindBaseline(string name) => BaselineCatalogue.Find(name);

    /// <summary>All names, for help.</summary>
    public static string Describe() => $"One of {string.Join(", ", Autoencoders.Concat(Baselines.Select(b => b.Name)))}.";

    /// <summary>Refuses a name that is none.</summary>
    /// <exception cref="InputException">No such model.</exception>
    public static void RequireKnown(string name)
    {
        if (!Autoencoders.Contains(name) && FindBaseline(name) is null)
            throw new InputException($"--model {name}: unknown. {Describe()}");
    }
}
