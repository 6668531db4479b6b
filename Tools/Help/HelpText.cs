using System.Text;

namespace ManualVae.Tools.Help;

/// <summary>Text in lines and columns of a given width.</summary>
internal static class HelpText
{
    private const int Column = 26; // where descriptions begin

    /// <summary>Lines of at most a width, broken between words, but not before a default.</summary>
    public static IEnumerable<string> Wrapped(string text, int width)
    {
        var line = new StringBuilder();
        string joined = text.Replace("[default: ", "[default:\u00a0", StringComparison.Ordinal);
        foreach (string word in joined.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.Replace('\u00a0', ' ').ToString();
                line.Clear();
            }
            line.Append(line.Length > 0 ? " " : "").Append(word);
        }
        if (line.Length > 0) yield return line.Replace('\u00a0', ' ').ToString();
    }

    /// <summary>Names in a column and what they mean beside them, or below a name that is too long.</summary>
    public static void Section(
        StringBuilder page, string title, IEnumerable<(string Name, string Meaning)> rows, int width, int column = Column)
    {
        if (!rows.Any()) return;
        page.Append($"\n{title}:\n");
        foreach (var (name, meaning) in rows)
        {
            bool beside = name.Length + 4 <= column;
            page.Append("  ").Append(beside ? name.PadRight(column - 2) : name + "\n");
            string[] lines = [.. Wrapped(meaning, Math.Max(20, width - column))];
            string margin = new(' ', column);
            for (int i = 0; i < lines.Length; i++)
                page.Append(i > 0 || !beside ? margin : "").Append(lines[i]).Append('\n');
            if (lines.Length == 0 && beside) page.Append('\n');
        }
    }
}
