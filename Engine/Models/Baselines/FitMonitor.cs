using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>How the fitting of a baseline reports and is stopped; <c>default</c> is silent and never stops.</summary>
/// <param name="Report">Receives one line after each pass.</param>
/// <param name="Cancellation">Watched between passes.</param>
public readonly record struct FitMonitor(Action<string>? Report = null, CancellationToken Cancellation = default)
{
    /// <summary>Stops if asked to.</summary>
    /// <exception cref="OperationCanceledException">The fitting was cancelled.</exception>
    public void Check() => Cancellation.ThrowIfCancellationRequested();

    /// <summary>Reports what the fitting needs beside the data, and refuses it if it cannot fit.</summary>
    /// <param name="baseline">Who needs it.</param>
    /// <param name="bytes">How much.</param>
    /// <param name="backend">Where it is needed; null for this machine's memory.</param>
    /// <exception cref="InputException">Memory cannot hold it.</exception>
    internal void Needs(string baseline, long bytes, IBackend? backend = null)
    {
        string need = $"{baseline}: needs about {HostMemory.Mebibytes(bytes)}";
        HostMemory.Require(bytes, need, "keep fewer items or users, or use another model", backend);
        Report?.Invoke(need);
    }

    /// <summary>Reports a line, and stops if asked to.</summary>
    public void Pass(string line)
    {
        Report?.Invoke(line);
        Check();
    }
}
