using System.CommandLine;
using System.Runtime.InteropServices;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Serve;
using ManualVae.Tools.Settings;

namespace ManualVae.Tools.Verbs;

/// <summary><c>manualvae serve</c>: recommendations over HTTP, with a page for people.</summary>
internal static class ServeVerb
{
    public static Command Create()
    {
        var runs = new Argument<string[]>("RUN")
        {
            Description = "Run folders; a request names one by its folder's name, or gets the first.",
            Arity = ArgumentArity.OneOrMore,
        };
        var settings = new SettingFlags<ServeOptions>(new());
        var model = new ModelFlags();
        return Verb.Create("serve", "A web service: recommendations, neighbours, a page for people.", parsed =>
        {
            var options = settings.Read(parsed, new());
            return Serve(parsed, parsed.GetValue(runs)!, options, model).GetAwaiter().GetResult();
        }, [runs, .. settings.Options, .. model.Options]);
    }

    // Ends when the command is interrupted, which is the way to end a service: exit code 0.
    private static async Task<int> Serve(ParseResult parsed, string[] runs, ServeOptions options, ModelFlags model)
    {
        await using var service = await Service.Start(runs, run => model.OpenForRecommending(parsed, run, batch: 64), options);
        foreach (var served in service.Models) Console.Error.WriteLine($"{served.Name}: {served.Describe()}");
        foreach (string url in service.Urls)
        {
            if (!Service.IsLocal(url))
                Terminal.Note($"{url} is reachable from other machines, without a password.");
            Console.Error.WriteLine($"listening on {url} (Ctrl-C ends)");
        }
        using var reload = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _ = service.Reload();
        });
        await service.Watch(options.Watch, Session.Cancellation);
        Console.Error.WriteLine("ending: no new requests are taken");
        return ExitCode.Done;
    }
}
