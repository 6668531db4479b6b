using System.CommandLine;
using ManualVae.Compute;
using ManualVae.Models;
using ManualVae.Study;
using ManualVae.Training;

namespace ManualVae.Tools.Verbs;

/// <summary>
/// <c>manualvae gradcheck</c>: finite differences, Taylor slopes and backend parity for every operation and preset.
/// </summary>
internal static class GradcheckVerb
{
    public static Command Create()
    {
        var preset = new Option<string?>("--preset") { Description = "Check this preset's model only.", HelpName = "name" };
        var device = new Option<string>("--device")
        {
            Description = "Backend compared with the reference, on each operation and on whole steps.", HelpName = "name",
            DefaultValueFactory = _ => "simd",
        };
        var json = Flags.Json();
        return Verb.Create("gradcheck", "Check every gradient against finite differences.",
            parsed => Run(parsed.GetValue(preset), parsed.GetValue(device)!, parsed.GetValue(json)), preset, device, json);
    }

    private static int Run(string? preset, string device, bool json)
    {
        var names = preset is null ? Preset.Names : [preset];
        var models = names.Select(name => (Name: name, Settings: Preset.Load(name))).ToArray();
        using var fast = Backends.Create(device);
        var findings = new List<GradientFinding>();
        Console.Error.WriteLine($"Comparing with the reference on {fast.Description}.");
        foreach (var finding in (preset is null ? GradientSuite.Operations().Concat(GradientSuite.OperationParities(fast)) : [])
            .Concat(models.SelectMany(m => GradientSuite.Model(m.Name, m.Settings,
                new(m.Settings.Beta, m.Settings.AnchorWeight), m.Settings.Seed, fast)))
            .Concat(preset is null ? Aligned(fast).Concat(Plain(fast)).Concat(Forms(fast)).Concat(Parts(fast)) : []))
        {
            Session.Cancellation.ThrowIfCancellationRequested();
            findings.Add(finding);
            if (!json) Console.WriteLine(Line(finding));
        }
        int failed = findings.Count(f => !f.Passed);
        if (json) Terminal.WriteJson(new { passed = failed == 0, findings });
        else Console.WriteLine($"{findings.Count - failed} passed, {failed} failed");
        return failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    // MARec's backbone: Liang et al. 2018's model with real targets beside the clicks.
    private static IEnumerable<GradientFinding> Aligned(IBackend fast)
    {
        var settings = Preset.Load("liang2018");
        return GradientSuite.Model("aligned targets", settings, new(settings.Beta), settings.Seed, fast, aligned: true);
    }

    // The masking of theorem 2.6, which no preset has.
    private static IEnumerable<GradientFinding> Plain(IBackend fast)
    {
        var settings = Preset.Load("liang2018") with { Mask = MaskMode.Plain };
        return GradientSuite.Model("plain input", settings, new(settings.Beta), settings.Seed, fast);
    }

    // The loss of a large batch, of a Gaussian likelihood and of many items, in the forms that training chooses by cost.
    private static IEnumerable<GradientFinding> Forms(IBackend fast)
    {
        var (multinomial, gaussian) = (Preset.Load("liang2018"), Preset.Load("gaussian-vae"));
        return GradientSuite.Model("loss by blocks of users", multinomial, new(multinomial.Beta), multinomial.Seed, fast,
                form: OutputForm.Blocks)
            .Concat(GradientSuite.Model("gaussian loss in Gram form", gaussian, new(gaussian.Beta), gaussian.Seed, fast,
                form: OutputForm.Gram))
            .Concat(GradientSuite.Model("loss on drawn negatives", multinomial with { Negatives = 5 }, new(multinomial.Beta),
                multinomial.Seed, fast.MemoryLimit is null ? fast : null, form: OutputForm.Sampled)); // no kernels on a GPU
    }

    // Parts that no preset has.
    private static IEnumerable<GradientFinding> Parts(IBackend fast)
    {
        var settings = Preset.Load("logistic-dae");
        (string Name, RunSettings Settings)[] parts =
        [
            ("emphasised denoising", settings with { Emphasis = 2 }),
            ("linear path of low rank", settings with { LinearPath = LinearPathKind.LowRank, LinearRank = 5 }),
            ("cosine head", settings with { OutputHead = OutputHead.Cosine, Likelihood = LikelihoodKind.Multinomial }),
        ];
        return parts.SelectMany(part =>
            GradientSuite.Model(part.Name, part.Settings, new(part.Settings.Beta), settings.Seed, fast));
    }

    private static string Line(GradientFinding f) => $"{(f.Passed ? "ok  " : "FAIL")} {f.Kind,-9} {f.Name,-40} "
        + $"{(f.Kind == "taylor" ? $"slope {f.Value:0.000}" : $"error {f.Value:0.0e+00}"),-14} {f.Worst}";
}
