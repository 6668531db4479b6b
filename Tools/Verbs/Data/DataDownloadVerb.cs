using System.CommandLine;
using ManualVae.Data.Download;
using ManualVae.Tools.Datasets;

namespace ManualVae.Tools.Verbs.Data;

/// <summary><c>data download NAME</c>: a public dataset from its owner's address.</summary>
internal static class DataDownloadVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var name = new Argument<string?>("NAME")
        {
            Description = "A dataset of the catalogue; without one, the catalogue is listed.", Arity = ArgumentArity.ZeroOrOne,
        };
        var output = new Option<string?>("--output", "-o")
        {
            Description = "The folder to fetch into. Default: datasets/NAME.", HelpName = "DIR",
        };
        var catalogue = new Option<string?>("--catalogue")
        {
            Description = "Another catalogue than the built-in one.", HelpName = "FILE",
        };
        var json = Flags.Json();
        return Verb.Create("download", "Fetch a public dataset from its owner; resumes, and checks size and counts.", result =>
        {
            var entries = DatasetCatalogue.Read(result.GetValue(catalogue));
            bool asJson = result.GetValue(json);
            if (result.GetValue(name) is not { } wanted) List(entries, asJson);
            else Download(DatasetCatalogue.Find(entries, wanted), result.GetValue(output)
                ?? Path.Combine("datasets", wanted), asJson);
            return ExitCode.Done;
        }, name, output, catalogue, json);
    }

    private static void List(CatalogueEntry[] entries, bool json)
    {
        if (json) Terminal.WriteJson(entries);
        else
            foreach (var entry in entries)
                Console.Out.WriteLine($"{entry.Name,-18}{entry.Title}; --format {entry.Format}; {entry.Homepage}");
    }

    private static void Download(CatalogueEntry entry, string directory, bool json)
    {
        Console.Error.WriteLine($"{entry.Title}, {entry.Homepage}");
        Console.Error.WriteLine($"Licence: {entry.Licence}");
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("manualvae");
        var done = DatasetProgress.Run($"fetching {entry.Name}", progress =>
            DatasetDownload.Run(entry, directory, client, progress, Session.Cancellation));
        if (json)
            Terminal.WriteJson(new { entry.Name, done.Directory, entry.Format, done.Users, done.Items, done.Clicks });
        else
        {
            Console.Out.WriteLine($"{done.Directory}: {Readable.Count(done.Users, "user")}, "
                + $"{Readable.Count(done.Items, "item")}, {Readable.Count(done.Clicks, "click")}");
            Console.Out.WriteLine(
                $"next: manualvae data import --format {entry.Format} --input {done.Directory} --output prepared/{entry.Name}");
        }
    }
}
