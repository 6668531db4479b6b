using ManualVae.Data;
using ManualVae.Study;

namespace ManualVae.Tools.Mechanisms;

/// <summary>The file of the figures of one trained run.</summary>
/// <param name="Request">The request; if it changes, the figures are measured again.</param>
/// <param name="Values">The numbers by <see cref="MechanismFigure.Name"/>.</param>
internal sealed record MechanismFigures(string Request, Dictionary<string, Interval> Values)
{
    /// <summary>Reads the figures from a file, or measures them and writes the file.</summary>
    public static Dictionary<MechanismFigure, Interval> ReadOrMeasure(
        string file, string request, Func<Dictionary<MechanismFigure, Interval>> measure)
    {
        try
        {
            if (File.Exists(file) && JsonFile.Read<MechanismFigures>(file, "figures", "measure again") is var kept
                && kept.Request == request && kept.Values.Keys.All(name => MechanismFigure.Find(name) is not null))
                return kept.Values.ToDictionary(value => MechanismFigure.Find(value.Key)!, value => value.Value);
        }
        catch (InputException)
        {
            // Not ours, or damaged: measured again below.
        }
        var measured = measure();
        var figures = new MechanismFigures(request, measured.ToDictionary(value => value.Key.Name, value => value.Value));
        AtomicFile.WriteText(file, Terminal.ToJson(figures) + "\n");
        return measured;
    }
}
