using System.CommandLine;
using ManualVae.Study;
using ManualVae.Tools.Studies;

namespace ManualVae.Tools.Verbs.Study;

/// <summary><c>study influence</c>: which users help which, by inner products of gradients.</summary>
internal static class StudyInfluenceVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var flags = new StudyFlags<InfluenceOptions>("influence", 1000) { Defaults = run => new() { Objective = run.Objective } };
        return Verb.Create("influence", "The user-by-user matrix of inner products of gradients, its signs and "
            + "clusters.", parsed => flags.Run(parsed, (run, users, options, folder) =>
        {
            var result = InfluenceStudy.Run(run.Model, users, options);
            return (InfluenceOutput.Write(folder, run, result, users), InfluenceOutput.Lines(result));
        }), [.. flags.Options]);
    }
}
