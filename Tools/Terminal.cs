using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace ManualVae.Tools;

/// <summary>Where words go: results to standard output, everything else to standard error.</summary>
internal static class Terminal
{
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
    public static bool IsWatched => !Console.IsErrorRedirected && Messages.Profile.Capabilities.Ansi;

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
            table.AddColumn(right ? header.RightAligned() : header);
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
}
