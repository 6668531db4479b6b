using System.CommandLine;
using ManualVae.Data;
using ManualVae.Data.Synthetic;
using ManualVae.Tools.Datasets;

namespace ManualVae.Tools.Verbs.Data;

/// <summary><c>data synthesize</c>: made-up clicks of a given shape.</summary>
internal static class DataSynthesizeVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var output = DatasetFlags.Output();
        var preset = new Option<string>("--preset")
        {
            Description = "Shape to start from: " + string.Join(", ", SyntheticShape.Presets.Keys)
                + ".", DefaultValueFactory = _ => "small",
        };
        var users = new Option<int?>("--users") { Description = "Users, held-out ones included. Default: the preset's.",
            HelpName = "N" };
        var items = new Option<int?>("--items") { Description = "Items. Default: the preset's.", HelpName = "N" };
        var interactions = new Option<long?>("--interactions")
        {
            Description = "Clicks. Default: as many for a user as in the preset.", HelpName = "N",
        };
        var heldOut = new Option<int?>("--held-out-users")
        {
            Description = "Users for validation, and again for the test. Default: the preset's; a tenth, at most 10000, for "
                + "another number of users.",
            HelpName = "N",
        };
        var seed = new Option<uint>("--seed") { Description = "Seed.", DefaultValueFactory = _ => 98765 };
        var (overwrite, json) = (DatasetFlags.Overwrite(), Flags.Json());
        return Verb.Create("synthesize", "Make up clicks with planted tastes, power-law popularity and log-normal activity.",
            result =>
        {
            string name = result.GetValue(preset)!;
            if (!SyntheticShape.Presets.TryGetValue(name, out var shape))
                throw new InputException(
                    $"--preset {name}: unknown; use one of {string.Join(", ", SyntheticShape.Presets.Keys)}.");
            int userCount = result.GetValue(users) ?? shape.Users;
            bool changed = result.GetValue(users) is not null || result.GetValue(items) is not null
                || result.GetValue(interactions) is not null;
            shape = shape with
            {
                Name = changed ? $"{name}, changed" : name,
                Users = userCount,
                Items = result.GetValue(items) ?? shape.Items,
                Interactions = result.GetValue(interactions) ?? (long)((double)shape.Interactions / shape.Users * userCount),
                HeldOutUsers = result.GetValue(heldOut)
                    ?? (userCount == shape.Users ? shape.HeldOutUsers : Math.Clamp(userCount / 10, 1, 10_000)),
            };
            // Fewer clicks for each user than the preset has leave no room for its least active ones.
            shape = shape with { FewestUserClicks = (int)Math.Clamp(shape.Interactions / Math.Max(1, shape.Users) / 3, 1,
                shape.FewestUserClicks) };
            shape.Validate();
            string directory = result.GetValue(output)!;
            AtomicFile.RefuseToReplace(directory, result.GetValue(overwrite));
            var data = DatasetProgress.Run("drawing clicks", progress =>
                SyntheticClicks.Generate(shape, result.GetValue(seed), progress, Session.Cancellation));
            DescribeText.Print(data.Save(directory, result.GetValue(overwrite)), result.GetValue(json));
            return ExitCode.Done;
        }, output, preset, users, items, interactions, heldOut, seed, overwrite, json);
    }
}
