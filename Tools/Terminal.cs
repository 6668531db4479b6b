using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace ManualVae.Tools;

/// <summary>Where words go: results to standard output, everything else to standard error.</summary>
internal static class Terminal
{
    private static TextWriter? _errors; // standard error, while a command is quiet

    /// <summary>JSON for people and scripts: names and values of enumerations as the documents have them.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        WriteIndented = true,
        NewLine = "\n",
    };

    /// <summary>For results.</summary>
    public static IAnsiConsole Results => Create(Console.Out, Console.IsOutputRedirected);

    /// <summary>For progress and messages.</summary>
    public static IAnsiConsole Messages => Create(Console.Error, Console.IsErrorRedirected);

    /// <summary>True where a person watches the progress.</summary>
    public static bool IsWatched => !IsQuiet && !Console.IsErrorRedirected && Messages.Profile.Capabilities.Ansi;

    /// <summary>Standard error, which takes errors even where <c>--quiet</c> asks for no messages.</summary>
    public static TextWriter Errors => _errors ?? Console.Error;

    /// <summary>The command prints results and errors only.</summary>
    public static bool IsQuiet => _errors is not null;

    /// <summary>Characters in a line of results; a file has no width.</summary>
    public static int Width => Results.Profile.Width;

    /// <summary>Characters in a line of help: those of the terminal, at most 100; 80 elsewhere.</summary>
    public static int HelpWidth => Console.IsOutputRedirected ? 80 : Math.Clamp(Console.WindowWidth - 1, 40, 100);

    /// <summary>
    /// The command prints results and errors only, until the end of what is returned: standard error throws away what is not
    /// written to <see cref="Errors"/>.
    /// </summary>
    public static IDisposable Quiet()
    {
        _errors = Console.Error;
        Console.SetError(TextWriter.Null);
        return new Silence();
    }

    /// <summary>Something that a person should know.</summary>
    public static void Note(string line) => Console.Error.WriteLine($"note: {Plain(line)}");

    /// <summary>A text that may come from a file, on one line and without what a terminal obeys: blanks for control
    /// characters.</summary>
    public static string Plain(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));

    /// <summary>One JSON document on standard output.</summary>
    public static void WriteJson<T>(T document) => Console.Out.WriteLine(ToJson(document));

    /// <summary>The JSON text of a document.</summary>
    public static string ToJson<T>(T document) => JsonSerializer.Serialize(document, Json);

    /// <summary>A table in the style of all verbs.</summary>
    public static Table Table(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Rounded };
        table.BorderColor(Color.Grey);
        foreach (string column in columns)
        {
            bool right = column.StartsWith('>');
            var header = new TableColumn($"[bold]{Markup.Escape(column.TrimStart('>'))}[/]");
            table.AddColumn(right ? header.RightAligned().NoWrap() : header);
        }
        return table;
    }

    private static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (redirected) console.Profile.Width = 160; // a file has no width; never break its lines early
        return console;
    }

    private sealed class Silence : IDisposable
    {
        public void Dispose()
        {
            Console.SetError(_errors!);
            _errors = null;
        }
    }
}
