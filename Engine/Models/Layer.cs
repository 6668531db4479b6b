using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>What most layers share: room for the output y [B, width] and for dL/dy.</summary>
/// <param name="memory">Where the layer lives.</param>
/// <param name="width">Width of y.</param>
/// <param name="maxRows">Largest batch.</param>
/// <param name="constant">The layer is never trained, so it has no dL/dy.</param>
public abstract class Layer(MemoryScope memory, int width, int maxRows, bool constant) : ILayer
{
    private readonly Tensor _output = memory.Allocate(maxRows, width),
        _gradient = constant ? default : memory.Allocate(maxRows, width);

    /// <summary>Where the layer computes.</summary>
    protected IBackend Backend { get; } = memory.Backend;

    /// <inheritdoc/>
    public Tensor Output(int rows) => _output.Top(rows);

    /// <inheritdoc/>
    public Tensor OutputGradient(int rows) => _gradient.Top(rows);

    /// <inheritdoc/>
    public virtual void ZeroOutputGradient(int rows) => Backend.Fill(OutputGradient(rows), 0);
}
