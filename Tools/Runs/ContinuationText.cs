using System.Globalization;
using ManualVae.Training;

namespace ManualVae.Tools.Runs;

/// <summary>What a person reads before a run goes on from another.</summary>
internal static class ContinuationText
{
    /// <summary>One line for each thing that changed.</summary>
    public static IEnumerable<string> Lines(Continuation older)
    {
        var (source, model) = (older.Source, older.Run.Manifest.Model);
        yield return $"continues  {source.Run}" + (source.Epochs > 0 ? $" after {Readable.Count(source.Epochs, "epoch")}" : "");
        yield return $"users      {Describe(source.Changes.Users)}";
        yield return $"items      {Describe(source.Changes.Items)}";
        yield return source.Changes.Clicks is { } clicks ? $"clicks     {Describe(clicks)}"
            : $"clicks     {older.Run.Manifest.Data} is no longer the data of that run: new and gone clicks are not counted";
        if (older.Run.Manifest.BaselineSettings is not null)
            yield return model is "ials" or "wmf" ? $"note       {model} goes on from the vectors of the known items"
                : $"note       {model} is fitted anew, with the settings of that run";
        foreach (string note in older.Notes()) yield return $"note       {note}";
    }

    private static string Describe(Change change) => string.Create(CultureInfo.InvariantCulture,
        $"{change.Count:#,0}: {change.New:#,0} new, {change.Gone:#,0} gone");
}
