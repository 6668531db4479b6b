using System.Text.Json.Nodes;
using ManualVae.Data;
using ManualVae.Tools.Sweep;

namespace ManualVae.Tools.Tables;

/// <summary>A row of a table of models: its name, and how it is trained.</summary>
/// <param name="Name">As printed; the run's folder has the same name.</param>
/// <param name="Model">As in <c>--model</c>.</param>
/// <param name="Preset">Of an autoencoder; null for a baseline.</param>
/// <param name="Settings">What differs from the preset or from the baseline's defaults, on some data.</param>
/// <param name="Grid">What a baseline's settings are chosen from on the validation part; null for no choice.</param>
internal sealed record TableRow(
    string Name, string Model, string? Preset = null, Func<PreparedDataset, JsonObject>? Settings = null,
    IReadOnlyList<GridAxis>? Grid = null);
