using ManualVae.Data;
using ManualVae.Tools.Settings;

namespace ManualVae.Tools.Mechanisms;

/// <summary>How the settings of a <see cref="MechanismPlan"/> are trained.</summary>
internal sealed record MechanismTraining
{
    /// <summary>Settings to start from.</summary>
    public string Preset { get; init; } = "liang2018";

    /// <summary>Where to compute: auto, simd, reference, gpu, gpu:N or ilgpu-cpu.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Threads; 0 for all.</summary>
    public int Threads { get; init; }

    /// <summary>Seeds: with each, everything is trained and measured, on users of its own.</summary>
    public IReadOnlyList<ulong> Seeds { get; init; } = [98765];

    /// <summary>Refuses an empty list of seeds.</summary>
    /// <exception cref="InputException">There is no seed.</exception>
    public void Validate()
    {
        if (Seeds.Count == 0) throw new InputException($"{SettingFlag.Of(nameof(Seeds))}: give at least one.");
    }
}
