using System.CommandLine;
using ManualVae.Compute;

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
            if (parsed.GetValue(json)) Terminal.WriteJson(new { devices });
            else
                foreach (var device in devices)
                    Console.WriteLine($"{device.Name,-10} {(device.Available ? "yes" : "no "),-4} {device.Description}");
            return ExitCode.Done;
        }, json);
    }
}
