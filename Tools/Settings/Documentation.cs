using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ManualVae.Tools.Settings;

/// <summary>The XML documentation, which the build puts beside the program: the source of help texts.</summary>
internal static partial class Documentation
{
    private static readonly Lazy<Dictionary<string, string>> Summaries = new(Load);

    /// <summary>The summary of a property in one line; empty where the documentation file is missing.</summary>
    public static string Of(PropertyInfo property)
    {
        string type = property.DeclaringType!.FullName!.Replace('+', '.');
        return Summaries.Value.GetValueOrDefault($"P:{type}.{property.Name}")
            ?? Summaries.Value.GetValueOrDefault($"{type}({property.Name})") ?? "";
    }

    private static Dictionary<string, string> Load()
    {
        var texts = new Dictionary<string, string>();
        foreach (var assembly in new[] { typeof(Data.PreparedDataset).Assembly, typeof(Documentation).Assembly })
        {
            string file = Path.ChangeExtension(assembly.Location, ".xml");
            if (!File.Exists(file)) continue;
            foreach (var member in XDocument.Load(file).Descendants("member"))
            {
                string name = (string)member.Attribute("name")!;
                if (member.Element("summary") is { } summary) texts[name] = OneLine(summary);
                foreach (var parameter in member.Elements("param")) // of a record: its properties
                    texts[$"{name[2..]}({(string)parameter.Attribute("name")!})"] = OneLine(parameter);
            }
        }
        return texts;
    }

    private static string OneLine(XElement element)
    {
        // <see cref="T:A.B.C"/> reads as C, and a property as its flag.
        string text = string.Concat(element.Nodes().Select(node => node switch
        {
            XText plain => plain.Value,
            XElement { Value: "" } link when (string?)link.Attribute("cref") is { } name =>
                name.StartsWith("P:", StringComparison.Ordinal)
                    ? $"--{JsonNamingPolicy.KebabCaseLower.ConvertName(name.Split('.')[^1])}" : name.Split('.')[^1],
            XElement other => other.Value,
            _ => "",
        }));
        return Blanks().Replace(text, " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
