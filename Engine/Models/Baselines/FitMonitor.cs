namespace ManualVae.Models.Baselines;

/// <summary>How the fitting of a baseline reports and is stopped; <c>default</c> is silent and never stops.</summary>
/// <param name="Report">Receives one line after each pass.</param>
/// <param name="Cancellation">Watched between passes.</param>
public readonly record struct FitMonitor(Action<string>? Report = null, CancellationToken Cancellation = default)
{
    /// <summary>Stops where asked to.</summary>
    /// <exception cref="OperationCanceledException">The fitting was cancelled.</exception>
    public void Check() => Cancellation.ThrowIfCancellationRequested();

    /// <summary>Reports a line, and stops where asked to.</summary>
    public void Pass(string line)
    {
        Report?.Invoke(line);
        Check();
    }
}
