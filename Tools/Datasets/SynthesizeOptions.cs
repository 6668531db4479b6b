using ManualVae.Data;
using ManualVae.Data.Synthetic;

namespace ManualVae.Tools.Datasets;

/// <summary>The shape of made-up clicks: a preset, and what differs from it.</summary>
internal sealed record SynthesizeOptions
{
    /// <summary>Shape to start from.</summary>
    public string Preset { get; init; } = "small";

    /// <summary>Users, held-out ones included; null takes the preset's.</summary>
    public int? Users { get; init; }

    /// <summary>Items; null takes the preset's.</summary>
    public int? Items { get; init; }

    /// <summary>Clicks; null makes as many per user as in the preset.</summary>
    public long? Interactions { get; init; }

    /// <summary>
    /// Users for validation, and again for the test; null takes the preset's, or a tenth, at most 10000, for another number of
    /// users.
    /// </summary>
    public int? HeldOutUsers { get; init; }

    /// <summary>Seed of the clicks and of their division.</summary>
    public uint Seed { get; init; } = 98765;

    /// <summary>The shape.</summary>
    /// <exception cref="InputException">No such preset, or an impossible shape.</exception>
    public SyntheticShape ToShape()
    {
        if (!SyntheticShape.Presets.TryGetValue(Preset, out var start))
            throw new InputException($"--preset {Preset}: unknown{Spelling.Question(Preset, SyntheticShape.Presets.Keys)}; "
                + $"use one of {string.Join(", ", SyntheticShape.Presets.Keys)}.");
        int users = Users ?? start.Users;
        var shape = start with
        {
            Name = (Users, Items, Interactions) == default ? Preset : $"{Preset}, changed",
            Users = users,
            Items = Items ?? start.Items,
            Interactions = Interactions ?? (long)((double)start.Interactions / start.Users * users),
            HeldOutUsers = HeldOutUsers ?? (users == start.Users ? start.HeldOutUsers : Math.Clamp(users / 10, 1, 10_000)),
        };
        // Fewer clicks per user than the preset has leave no room for its least active ones.
        long third = shape.Interactions / Math.Max(1, shape.Users) / 3;
        shape = shape with { FewestUserClicks = (int)Math.Clamp(third, 1, shape.FewestUserClicks) };
        shape.Validate();
        return shape;
    }
}
