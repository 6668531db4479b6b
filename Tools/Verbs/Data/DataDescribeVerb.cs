using System.CommandLine;
using ManualVae.Data;
using ManualVae.Tools.Datasets;

namespace ManualVae.Tools.Verbs.Data;

/// <summary><c>data describe DIR</c>: counts, density, quantiles of activity and popularity.</summary>
internal static class DataDescribeVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var directory = new Argument<string>("DIR") { Description = "A prepared dataset." };
        var json = Flags.Json();
        return Verb.Create("describe", "Counts, density, and how activity and popularity are spread.", result =>
        {
            DescribeText.Print(PreparedDataset.Open(result.GetValue(directory)!), result.GetValue(json));
            return ExitCode.Done;
        }, directory, json);
    }
}
