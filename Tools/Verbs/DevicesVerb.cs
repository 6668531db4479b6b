using System.CommandLine;
using ManualVae.Compute;
using ManualVae.Compute.Ranks;

namespace ManualVae.Tools.Verbs;

/// <summary><c>manualvae devices</c>: what this machine offers, and why a backend is or is not available.</summary>
internal static class DevicesVerb
{
    public static Command Create()
    {
        var json = Flags.Json();
        return Verb.Create("devices", "The devices of this machine, and why one cannot be used.", parsed =>
        {
            var devices = Backends.List();
            IReadOnlyList<string> mpi = MpiCommunicator.Libraries;
            if (parsed.GetValue(json)) Terminal.WriteJson(new { devices, mpi, launcher = Launcher.Here?.Name });
            else
                foreach (var device in devices.Append(new("mpi", mpi.Count > 0, mpi.Count == 0
                    ? "no library found (Open MPI, MPICH); needed by --ranks mpi alone"
                    : $"{string.Join("; ", mpi)}; {Launcher.Here?.Name ?? "not started by a launcher"}")))
                    Console.WriteLine($"{device.Name,-10} {(device.Available ? "yes" : "no "),-4} {device.Description}");
            return ExitCode.Done;
        }, json);
    }
}
