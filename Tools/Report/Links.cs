namespace ManualVae.Tools.Report;

/// <summary>Links from a report to files beside it.</summary>
internal sealed class Links
{
    private readonly string _folder;

    /// <summary>Links of a report at a path; those of a report on standard output begin in the current folder.</summary>
    public Links(string path) => _folder = OutputFile.IsStandardOutput(path) ? Directory.GetCurrentDirectory()
        : Path.GetDirectoryName(Path.GetFullPath(path)) ?? Directory.GetCurrentDirectory();

    /// <summary>A link to a file or folder.</summary>
    /// <param name="file">Where it is.</param>
    /// <param name="text">What to show, plain text.</param>
    /// <param name="anchor">A place in it, or null.</param>
    public string To(string file, string text, string? anchor = null) =>
        $"<a href=\"{Html.Escape(Address(file))}{(anchor is null ? "" : $"#{anchor}")}\">{Html.Escape(text)}</a>";

    /// <summary>A link to a document of the project, or its name where the project is not around the current folder.</summary>
    public string ToDocument(string name, string anchor)
    {
        for (var folder = new DirectoryInfo(Directory.GetCurrentDirectory()); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, name)))
                return To(Path.Combine(folder.FullName, name), name, anchor);
        return $"<code>{Html.Escape(name)}</code>, section {Html.Escape(anchor)}";
    }

    private string Address(string file)
    {
        string relative = Path.GetRelativePath(_folder, Path.GetFullPath(file)).Replace('\\', '/');
        return string.Join('/', relative.Split('/').Select(Uri.EscapeDataString));
    }
}
