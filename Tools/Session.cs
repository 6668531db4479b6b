using ManualVae.Compute;

namespace ManualVae.Tools;

/// <summary>The command that runs now: its interruption, and what it has already told the user.</summary>
internal static class Session
{
    private static bool _saidDevice;

    /// <summary>
    /// Signalled by Ctrl-C or SIGTERM; long work watches it, saves and throws <see cref="OperationCanceledException"/>.
    /// </summary>
    public static CancellationToken Cancellation { get; private set; }

    /// <summary>A command starts: nothing has been said yet.</summary>
    public static void Begin(CancellationToken cancellation) => (Cancellation, _saidDevice) = (cancellation, false);

    /// <summary>Makes a backend. That <c>auto</c> found no GPU is said once per command.</summary>
    /// <param name="device">As in <c>--device</c>.</param>
    /// <param name="threads">Threads; 0 for all.</param>
    /// <param name="precision">Of the products.</param>
    /// <param name="say">Takes the line that no GPU was found; null for standard error.</param>
    /// <param name="asked">True if the user chose the device explicitly, or a long wait follows.</param>
    public static IBackend Backend(string device, int threads, Precision precision = Precision.Fp32, Action<string>? say = null,
        bool asked = true) => Backends.Create(device, threads, line =>
        {
            if (asked && !_saidDevice) (say ?? Console.Error.WriteLine)(line);
            _saidDevice |= asked;
        }, precision);
}
