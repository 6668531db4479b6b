using ManualVae.Tools;

namespace ManualVae.Tests.House;

/// <summary>Which source file uses which, in Engine and Tools, by the types that each declares.</summary>
internal static class HouseGraph
{
    /// <summary>The types of the library.</summary>
    public static CompiledType[] Engine { get; } = CompiledType.AllOf(typeof(ManualVae.Data.InputException).Assembly);

    /// <summary>The types of the command.</summary>
    public static CompiledType[] Tools { get; } = CompiledType.AllOf(typeof(Program).Assembly);

    /// <summary>The arrows between nodes that <paramref name="nodeOf"/> gives the types; none of them from a node to itself.</summary>
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
        if (SourceFiles.ByType[type.FullName!.Split('`')[0]].FirstOrDefault() is not { } file) return null;
        int name = file.LastIndexOf('/') + 1;
        return file[..file.IndexOf('.', name)];
    }

    private static HashSet<string> Reach(string start, Dictionary<string, HashSet<string>> arrows)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>([start]);
        while (open.TryPop(out string? node))
            foreach (string next in arrows.GetValueOrDefault(node, []))
                if (reached.Add(next)) open.Push(next);
        return reached;
    }
}
