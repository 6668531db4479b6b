using System.Diagnostics;

namespace ManualVae.Tools.Mechanisms;

/// <summary>Says after each setting how long the whole table will take; settings that were finished take no time.</summary>
/// <param name="settings">Settings times seeds.</param>
internal sealed class MechanismPace(int settings)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private int _done, _measured;
    private bool _kept;

    /// <summary>Before a setting.</summary>
    /// <param name="run">Its run folder.</param>
    public void Begin(string run) => _kept = File.Exists(Path.Combine(run, "figures.json"));

    /// <summary>After a setting: says what is left.</summary>
    public void End()
    {
        _done++;
        if (_kept) return;
        _measured++;
        var left = _clock.Elapsed / _measured * (settings - _done);
        Console.Error.WriteLine($"{_done} of {Readable.Count(settings, "setting")} in {Readable.Clock(_clock.Elapsed)}, about "
            + $"{Readable.Clock(_clock.Elapsed + left)} in all");
    }
}
