using System.CommandLine;
using ManualVae.Data;
using ManualVae.Data.Attributes;
using ManualVae.Tools.Datasets;

namespace ManualVae.Tools.Verbs.Data;

/// <summary><c>data features</c>: a prepared dataset with more attributes of its items.</summary>
internal static class DataFeaturesVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "A prepared dataset.", Required = true, HelpName = "DIR" };
        var idColumn = new Option<string?>("--item-id-column")
        {
            Description = "The column of ids in the files of items. Default: recognised.", HelpName = "NAME",
        };
        var attributes = new AttributeFlags();
        var (output, overwrite, json) = (DatasetFlags.Output(), DatasetFlags.Overwrite(), Flags.Json());
        return Verb.Create("features", "Add attributes of the items, such as genres or plots, to a prepared dataset.", result =>
        {
            var (input, directory) = (result.GetValue(data)!, result.GetValue(output)!);
            var options = attributes.Read(result, result.GetValue(idColumn)) ?? new AttributeOptions();
            using var claim = OutputFolder.Claim(directory, input);
            AtomicFile.RefuseToReplace(directory, result.GetValue(overwrite), kind: PreparedDataset.Kind);
            var made = AttributeImport.Add(PreparedDataset.Open(input), options, Console.Error.WriteLine, Session.Cancellation);
            DescribeText.Print(made.Save(directory, result.GetValue(overwrite)), result.GetValue(json));
            return ExitCode.Done;
        }, [data, .. attributes.Options, idColumn, output, overwrite, json]);
    }
}
