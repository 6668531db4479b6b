namespace ManualVae.Compute;

/// <summary>A device by the name that <see cref="Backends.Create"/> takes, and whether this machine has it.</summary>
/// <param name="Name">Name of the device.</param>
/// <param name="Available">Whether <see cref="Backends.Create"/> makes a backend for it here.</param>
/// <param name="Description">What it is if available; otherwise why it is not.</param>
public sealed record DeviceInfo(string Name, bool Available, string Description);
