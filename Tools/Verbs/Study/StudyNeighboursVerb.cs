using System.CommandLine;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Studies;

namespace ManualVae.Tools.Verbs.Study;

/// <summary><c>study neighbours</c>: the nearest users in latent space, and latent maps of cohorts.</summary>
internal static class StudyNeighboursVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var flags = new StudyFlags<NeighbourOptions>("neighbours", 600, batch: 500);
        var others = new Option<string?>("--compare")
        {
            Description = "Other runs on the same data, beside this one.", HelpName = "folder,folder",
        };
        return Verb.Create("neighbours", "Nearest users by W2 beside nearest by clicks; latent maps of cohorts by "
            + "activity.", parsed => flags.Run(parsed, (run, users, options, folder) =>
        {
            if (options.Map && users.Count > TSne.Limit)
                throw new InputException($"--users {users.Count}: the latent map takes at most {TSne.Limit} users.");
            var results = new List<(string Name, NeighbourResult Result)>
            {
                (Readable.Folder(run.Folder.Path), NeighbourStudy.Run(run.Model, users, options)),
            };
            foreach (string path in parsed.GetValue(others)?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [])
            {
                using var other = flags.Open(parsed, path, 500);
                results.Add((Readable.Folder(path), NeighbourStudy.Run(other.Model, users, options)));
            }
            return (NeighbourOutput.Write(folder, results, users, run.Data), NeighbourOutput.Lines(results));
        }), [.. flags.Options, others]);
    }
}
