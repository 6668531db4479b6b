using System.Globalization;
using ManualVae.Study;

namespace ManualVae.Tools.Mechanisms;

/// <summary>
/// The figures along training: after certain epochs, and at the best epoch on validation. Near a stationary point half of all
/// pairs must be harmed, so what the paper says of help can hold early in training and not at its end.
/// </summary>
internal sealed class MechanismStages
{
    private const string Early = "epoch ";

    private readonly Dictionary<string, MechanismRepeats> _stages = new() { [Best] = new() };

    /// <summary>The stage of the best epoch.</summary>
    public const string Best = "best";

    /// <summary>The name of a stage of one epoch.</summary>
    public static string After(int epoch) => $"{Early}{epoch}";

    /// <summary>The epoch of a stage; null for <see cref="Best"/>.</summary>
    public static int? EpochOf(string stage) =>
        stage == Best ? null : int.Parse(stage.AsSpan(Early.Length), CultureInfo.InvariantCulture);

    /// <summary>The stages, earliest first, the best epoch last.</summary>
    public IReadOnlyList<string> Names => [.. _stages.Keys.OrderBy(stage => EpochOf(stage) ?? int.MaxValue)];

    /// <summary>The figures of a stage.</summary>
    public MechanismRepeats this[string stage] => _stages[stage];

    /// <summary>The figures at the best epoch.</summary>
    public MechanismRepeats AtBest => _stages[Best];

    /// <summary>
    /// The sweep of the training mask, least first: clean input, the preset's rate, and the rates between and beyond.
    /// </summary>
    public IReadOnlyList<string> MaskSweep => [.. AtBest.Settings
        .Where(s => s is "clean" or "masked" || s.StartsWith(MechanismPlan.MaskPrefix, StringComparison.Ordinal))
        .OrderBy(s => AtBest[s, MechanismFigure.MaskRate].Value)];

    /// <summary>Adds a setting's figures with one more seed.</summary>
    public void Add(string setting, string stage, Dictionary<MechanismFigure, Interval> figures)
    {
        if (!_stages.TryGetValue(stage, out var at)) _stages[stage] = at = new();
        at.Add(setting, figures);
    }
}
