using System.CommandLine;
using ManualVae.Data;
using ManualVae.Data.Import;
using ManualVae.Tools.Datasets;

namespace ManualVae.Tools.Verbs.Data;

/// <summary><c>data import</c>: a click log into a prepared folder.</summary>
internal static class DataImportVerb
{
    private static readonly Dictionary<string, SplitKind> SplitNames = new()
    {
        ["strong"] = SplitKind.Strong,
        ["weak"] = SplitKind.Weak,
        ["leave-one-out"] = SplitKind.LeaveOneOut,
        ["temporal"] = SplitKind.Temporal,
    };

    private static readonly Dictionary<string, FoldInOrder> OrderNames = new()
    {
        ["source"] = FoldInOrder.Source,
        ["positions"] = FoldInOrder.Positions,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var format = new Option<string>("--format")
        {
            Description = "Layout of the source: " + string.Join(", ", ClickFormats.Names)
                + ".", Required = true, HelpName = "FORMAT",
        };
        var input = new Option<string>("--input", "-i") { Description = "File or folder to read; .gz is read directly.",
            Required = true, HelpName = "PATH" };
        var output = DatasetFlags.Output();
        var split = new Option<string?>("--split")
        {
            Description = "strong, weak, leave-one-out or temporal. Default: as the source's files are divided, else strong.",
                HelpName = "KIND",
        };
        var seed = new Option<uint>("--seed") { Description = "Seed of the division (numpy's legacy generator).",
            DefaultValueFactory = _ => 98765 };
        var heldOut = new Option<int?>("--held-out-users")
        {
            Description = "Strong: users held out for validation, and again for the test. Default: a tenth, at most 10000.",
                HelpName = "N",
        };
        var order = new Option<string?>("--fold-in-order")
        {
            Description = "Strong: draw held-out clicks in the order of the 'source' (the reference code) or by 'positions'. "
                + "Default: source; positions where ready-made parts are merged.",
            HelpName = "ORDER",
        };
        var minimumRating = new Option<double?>("--min-rating") { Description = "Ignore clicks rated lower. Default: keep all.",
            HelpName = "R" };
        var minimumItem = Count("--min-item-clicks", "Remove items with fewer clicks, first and once.");
        var minimumUser = Count("--min-user-clicks", "Then remove users with fewer clicks, once.");
        var core = Count("--k-core", "Then remove users and items with fewer clicks until none is left.");
        var validationRatio = new Option<double>(
            "--validation-ratio") { Description = "Temporal: share of the clicks for validation.", DefaultValueFactory = _ =>
            0.1 };
        var testRatio = new Option<double>("--test-ratio") { Description = "Temporal: share of the clicks for the test.",
            DefaultValueFactory = _ => 0.2 };
        var carve = new Option<bool>("--carve-validation")
        {
            Description = "Ready-made train and test without validation: hold out a training click of each user (the last by "
                + "time, else a drawn one), and draw negatives for it where the test has sampled ones.",
        };
        var userColumn = Column("--user-column", "users");
        var itemColumn = Column("--item-column", "items");
        var ratingColumn = Column("--rating-column", "ratings");
        var timeColumn = Column("--time-column", "times");
        var separator = new Option<string>("--separator") { Description = "csv: the separator; 'tab' for a tab.",
            DefaultValueFactory = _ => "," };
        var (overwrite, json) = (DatasetFlags.Overwrite(), Flags.Json());
        return Verb.Create("import", "Turn a click log into a prepared dataset.", result =>
        {
            var options = new ImportOptions
            {
                Format = result.GetValue(format)!,
                Input = result.GetValue(input)!,
                Filters = new ClickFilters
                {
                    MinRating = result.GetValue(minimumRating),
                    MinItemClicks = result.GetValue(minimumItem),
                    MinUserClicks = result.GetValue(minimumUser),
                    KCore = result.GetValue(core),
                },
                Split = result.GetValue(split) is { } kind ? Choose("--split", kind, SplitNames) : null,
                Seed = result.GetValue(seed),
                HeldOutUsers = result.GetValue(heldOut),
                FoldInOrder = result.GetValue(order) is { } name ? Choose("--fold-in-order", name, OrderNames) : null,
                ValidationRatio = result.GetValue(validationRatio),
                TestRatio = result.GetValue(testRatio),
                CarveValidation = result.GetValue(carve),
                UserColumn = result.GetValue(userColumn),
                ItemColumn = result.GetValue(itemColumn),
                RatingColumn = result.GetValue(ratingColumn),
                TimeColumn = result.GetValue(timeColumn),
                Separator = result.GetValue(separator) is "tab" or "\\t" ? "\t" : result.GetValue(separator)!,
            };
            string directory = result.GetValue(output)!;
            AtomicFile.RefuseToReplace(directory, result.GetValue(overwrite));
            var notes = new List<string>(); // printed after the progress bar, which owns the terminal while it runs
            var data = DatasetProgress.Run("reading", progress => DatasetImport.Run(options, notes.Add, progress, Session.Cancellation));
            foreach (string note in notes) Console.Error.WriteLine(note);
            DescribeText.Print(data.Save(directory, result.GetValue(overwrite)), result.GetValue(json));
            return ExitCode.Done;
        }, format, input, output, split, seed, heldOut, order, minimumRating, minimumItem, minimumUser, core, validationRatio,
            testRatio,
            carve, userColumn, itemColumn, ratingColumn, timeColumn, separator, overwrite, json);
    }

    private static Option<int> Count(string name, string description) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => 0 };

    private static Option<string?> Column(string name, string what) =>
        new(name) { Description = $"csv: name of the column of {what}.", HelpName = "NAME" };

    private static T Choose<T>(string option, string name, Dictionary<string, T> choices) =>
        choices.TryGetValue(name, out var choice)
        ? choice
        : throw new InputException($"{option} {name}: unknown; use one of {string.Join(", ", choices.Keys)}.");
}
