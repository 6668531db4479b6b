namespace ManualVae.Compute;

/// <summary>The card behind a GPU backend, so that a measurement says what it was measured on.</summary>
/// <param name="Name">What the card calls itself.</param>
/// <param name="ComputeCapability">CUDA's version of the architecture, such as 9.0.</param>
/// <param name="Multiprocessors">Multiprocessors.</param>
/// <param name="ClockMegahertz">The highest clock of the multiprocessors that the driver tells; it may run below.</param>
/// <param name="MemoryClockMegahertz">The highest clock of the memory.</param>
/// <param name="MemoryBusBits">Width of the memory's bus.</param>
/// <param name="MemoryBytes">Size of the memory.</param>
/// <param name="Driver">The newest CUDA version that the driver runs, such as 12.9.</param>
public sealed record GpuCard(
    string Name, string ComputeCapability, int Multiprocessors, int ClockMegahertz, int MemoryClockMegahertz, int MemoryBusBits,
    long MemoryBytes, string Driver);
