namespace ManualVae.Tests.Long.Kills;

/// <summary>A command that is killed at random moments, and how to go on from what it left.</summary>
/// <param name="Name">For the counts.</param>
/// <param name="Start">The arguments, given what it writes.</param>
/// <param name="GoOn">
/// The arguments that finish the work, given what was left there; null for those of the start.
/// </param>
/// <param name="IsWhole">The result appears at once: before the end there is the old state and nothing else.</param>
/// <param name="SameBits">The finished work has the bits of one that was never killed.</param>
/// <param name="Old">Makes what was there before; null for nothing.</param>
public sealed record KillScenario(string Name, Func<string, string[]> Start, Func<string, string[]>? GoOn = null,
    bool IsWhole = false, bool SameBits = true, Action<string>? Old = null)
{
    private static readonly string[] Small =
        ["--hidden", "8", "--latent", "4", "--batch-size", "8", "--device", "simd", "--threads", "1"];

    /// <summary>The scenarios on small data.</summary>
    /// <param name="place">Where inputs are: <c>data</c>, <c>newer</c>, <c>clicks.csv</c> and the trained run <c>vae</c>.</param>
    public static KillScenario[] All(TemporaryFolder place)
    {
        string data = place["data"], run = place["vae"];
        string[] Train(string output) =>
            ["train", "--data", data, "--output", output, .. Small, "--epochs", "40", "--validation-metric", "NDCG@5"];
        string[] Continue(string output) =>
            ["train", "--continue", run, "--data", place["newer"], "--output", output, "--epochs", "40"];
        string[] Sweep(string output) => ["sweep", "--data", data, "--output", output, .. Small,
            "--vary", "learning-rate=0.01,0.001", "--epochs", "8", "--validation-metric", "NDCG@5", "--seeds", "2"];
        string[] Recipe(string output) => ["recipe", "--data", data, "--output", output, "--budget", "6s", "--threads", "1"];
        string[] Import(string output) => ["data", "import", "--format", "csv", "--input", place["clicks.csv"], "--user-column",
            "user", "--item-column", "item", "--split", "leave-one-out", "--output", output, "--overwrite"];
        string[] Fit(string output) => ["train", "--data", data, "--output", output, "--model", "ease"];
        return
        [
            new("import", Import, IsWhole: true),
            new("import over older data", Import, IsWhole: true, Old: output => SmallData.Save(output)),
            new("train", Train, output => Resumed(output, Train)),
            new("continue", Continue, output => Resumed(output, Continue)),
            new("sweep", Sweep),
            new("recipe", Recipe, output => Directory.Exists(output) && File.Exists(Path.Combine(output, "recipe.json"))
                ? [.. Recipe(output), "--resume"] : Recipe(output), SameBits: false),
            new("fit", Fit, IsWhole: true),
            new("report", output => ["report", run, "--output", output], IsWhole: true,
                Old: output => File.WriteAllText(output, "old")),
            new("export", output => ["export", run, "--format", "npz", "--output", output, "--overwrite"], IsWhole: true,
                Old: output => File.WriteAllText(output, "old")),
            new("export of vectors",
                output => ["export", run, "--vectors", "items", "--output", output, "--overwrite"], IsWhole: true),
        ];
    }

    /// <summary>Makes what the scenarios read.</summary>
    public static void Prepare(TemporaryFolder place)
    {
        SmallData.Save(place["data"]);
        SmallData.Save(place["newer"], newer: true);
        SmallData.SaveTable(place["clicks.csv"]);
        var ending = ToolProcess.Run(["train", "--data", place["data"], "--output", place["vae"], .. Small, "--epochs", "5"]);
        if (ending.Code != 0) throw new InvalidOperationException(ending.Messages);
    }

    private static string[] Resumed(string output, Func<string, string[]> start) =>
        File.Exists(Path.Combine(output, "run.json")) ? ["train", "--resume", "--output", output] : start(output);
}
