using ManualVae.Evaluation;
using ManualVae.Training;

namespace ManualVae.Tools.Report;

/// <summary>A run and the data that the report shows of it.</summary>
/// <param name="Name">Short name, unique in the report.</param>
/// <param name="Folder">The run.</param>
/// <param name="Epochs">Its epochs; none for a baseline.</param>
/// <param name="Results">Its results, or null before <c>evaluate</c>.</param>
internal sealed record ReportedRun(string Name, RunFolder Folder, IReadOnlyList<EpochMetrics> Epochs, ResultsDocument? Results);
