namespace ManualVae.Tools.Studies;

/// <summary>What a report says of a study.</summary>
/// <param name="Found">What was found, a sentence made of the numbers.</param>
/// <param name="Facts">Numbers with their names.</param>
internal sealed record StudySummary(string Found, IReadOnlyList<StudyFact> Facts);

/// <summary>A number and its name in words.</summary>
internal sealed record StudyFact(string Name, string Value);
