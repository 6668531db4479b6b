using ManualVae.Data;

namespace ManualVae.Tests.Long.Fuzz;

/// <summary>A file that is changed, and what reads it.</summary>
/// <param name="Name">For the counts.</param>
/// <param name="File">Full path of the file.</param>
/// <param name="Kind">Which changes suit it.</param>
/// <param name="Read">Reads it and works with the result; throws <see cref="InputException"/> to refuse it.</param>
/// <param name="Sign">Makes the checksums around the changed file right again; null where it has none.</param>
/// <param name="IsSealed">A change without a new checksum must be refused.</param>
/// <param name="Weight">Inputs of this file for one of a usual file.</param>
public sealed record FuzzTarget(string Name, string File, FileKind Kind, Action Read, Action? Sign = null,
    bool IsSealed = false, double Weight = 1);

/// <summary>What a file is made of.</summary>
public enum FileKind
{
    /// <summary>Numbers and bytes.</summary>
    Binary,

    /// <summary>Lines of text.</summary>
    Lines,

    /// <summary>One JSON document.</summary>
    Json,
}
