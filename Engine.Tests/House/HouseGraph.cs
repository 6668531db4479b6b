using System.Reflection;
using System.Text.RegularExpressions;
using ManualVae.Tools;

namespace ManualVae.Tests.House;

/// <summary>Which source file uses which, in Engine and Tools, by the types that each declares.</summary>
internal static partial class HouseGraph
{
    private static readonly CompiledType[] All =
    [
        .. CompiledType.AllOf(typeof(ManualVae.Data.InputException).Assembly),
        .. CompiledType.AllOf(typeof(Program).Assembly),
    ];

    private static readonly ILookup<string, Type> ByName = All.Select(type => type.Type).ToLookup(type => type.Name);

    static HouseGraph()
    {
        foreach (var type in All)
            foreach (string file in SourceFiles.ByType[SourceName(type.Type)])
                type.Uses.UnionWith(NamesIn(File.ReadAllText(SourceFiles.FullPath(file))));
    }

    /// <summary>The types of the library.</summary>
    public static CompiledType[] Engine { get; } = [.. All.Where(type => !IsOfTools(type.Type))];

    /// <summary>The types of the command.</summary>
    public static CompiledType[] Tools { get; } = [.. All.Where(type => IsOfTools(type.Type))];

    /// <summary>The types whose constants a source text names (<c>ExitCode.Done</c>) and the types in its <c>nameof</c>: compiled
    /// code shows neither. Not seen: a constant that is named without its type, by <c>using static</c>.</summary>
    public static IEnumerable<Type> NamesIn(string source)
    {
        string code = Comment().Replace(source, "");
        var constants = from Match match in Member().Matches(code)
                        from type in ByName[match.Groups["type"].Value]
                        where type.GetField(match.Groups["member"].Value, AnyStatic) is { IsLiteral: true }
                        select type;
        var names = from Match match in NameOf().Matches(code)
                    let parts = match.Groups["name"].Value.Split('.')
                    from part in parts.Index() // a member may share its name with a type
                    where part.Index == 0 || !ByName[parts[part.Index - 1]].Any(type => type.GetMember(part.Item).Length > 0)
                    from type in ByName[part.Item]
                    select type;
        return constants.Concat(names).Where(type => ByName[type.Name].Count() == 1);
    }

    /// <summary>The arrows between the nodes that <paramref name="nodeOf"/> gives; none from a node to itself.</summary>
    public static Dictionary<string, HashSet<string>> Arrows(IEnumerable<CompiledType> types, Func<Type, string?> nodeOf)
    {
        var arrows = new Dictionary<string, HashSet<string>>();
        foreach (var type in types)
        {
            if (nodeOf(type.Type) is not { } from) continue;
            if (!arrows.TryGetValue(from, out var to)) arrows[from] = to = [];
            to.UnionWith(type.Uses.Select(nodeOf).OfType<string>().Where(node => node != from));
        }
        return arrows;
    }

    /// <summary>The groups of two nodes or more that reach each other, each sorted.</summary>
    public static List<string[]> Circles(Dictionary<string, HashSet<string>> arrows)
    {
        var reached = arrows.Keys.ToDictionary(node => node, node => Reach(node, arrows));
        return [.. arrows.Keys.Order(StringComparer.Ordinal)
            .Select(node => reached[node].Where(other => reached.GetValueOrDefault(other, []).Contains(node))
                .Order(StringComparer.Ordinal).ToArray())
            .Where(circle => circle.Length > 1).DistinctBy(circle => circle[0])];
    }

    /// <summary>The file that declares a type, without extension: <c>Engine/Compute/Gpu/GpuBackend</c> for all parts of a partial
    /// type, which are named <c>GpuBackend.PART.cs</c>; null for a type of other assemblies.</summary>
    public static string? FileOf(Type type)
    {
        if (SourceFiles.ByType[SourceName(type)].FirstOrDefault() is not { } file) return null;
        int name = file.LastIndexOf('/') + 1;
        return file[..file.IndexOf('.', name)];
    }

    private const BindingFlags AnyStatic = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private static bool IsOfTools(Type type) => type.Assembly == typeof(Program).Assembly;

    private static string SourceName(Type type) => type.FullName!.Split('`')[0];

    private static HashSet<string> Reach(string start, Dictionary<string, HashSet<string>> arrows)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>([start]);
        while (open.TryPop(out string? node))
            foreach (string next in arrows.GetValueOrDefault(node, []))
                if (reached.Add(next)) open.Push(next);
        return reached;
    }

    [GeneratedRegex("//.*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\b(?<type>[A-Z]\w*)\.(?=(?<member>[A-Z]\w*))")]
    private static partial Regex Member();

    [GeneratedRegex(@"\bnameof\((?<name>[\w.]+)")]
    private static partial Regex NameOf();
}
