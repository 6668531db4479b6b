using Xunit;

namespace ManualVae.Tests.House;

/// <summary>A rule of the house, checked by listing what breaks it.</summary>
internal static class Rule
{
    /// <summary>Fails with every violation on a line of its own.</summary>
    public static void Holds(IEnumerable<string> violations)
    {
        string[] all = [.. violations.Distinct()];
        if (all.Length > 0) Assert.Fail($"{all.Length}:\n{string.Join('\n', all)}");
    }
}
