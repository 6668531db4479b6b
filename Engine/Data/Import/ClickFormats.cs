using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>The formats that an import reads: those of <see cref="Layouts"/>.</summary>
public static class ClickFormats
{
    /// <summary>The published Mult-VAE folder; it holds a division of users and is read by <see cref="ProSgReader"/>.</summary>
    public const string ProSg = "pro-sg";

    /// <summary>Names of all formats.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [ImportOptions.Auto, .. Layouts.All.Select(layout => layout.Name).Order(StringComparer.Ordinal)];

    /// <summary>Reads a source, except the published folder.</summary>
    /// <exception cref="InputException">No such format, or the files cannot be read.</exception>
    internal static ClickSource Read(ImportOptions options, SourceFiles files)
    {
        string format = options.Format, names = string.Join(", ", Names);
        if (Layouts.Named(format) is not { } layout)
            throw About(
                $"{Setting(nameof(options.Format))} {format}: unknown{Spelling.Question(format, Names)}; use one of {names}.");
        return files.Text.Read(options, () =>
        {
            var source = new ClickSource(options, files);
            layout.Read(source);
            source.TellUnrated();
            string? beside = layout.Name == "recbole" ? SourceFiles.TryFind(Path.ChangeExtension(options.Input, ".item")) : null;
            if ((options.Items ?? beside) is { } items) ItemFile.Read(source, items);
            return source;
        }, files.CanReopen);
    }
}
