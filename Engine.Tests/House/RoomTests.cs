using System.Text.RegularExpressions;
using Xunit;

namespace ManualVae.Tests.House;

/// <summary>The rooms of the house (docs/architecture.md), checked on the compiled assemblies: who may use whom.</summary>
public partial class RoomTests
{
    private static readonly string[] Rooms =
        ["Data", "Compute", "Models", "Evaluation", "Training", "Serving", "Export", "Study"];

    /// <summary>Files of Engine that use each other because they are one thing.</summary>
    private static readonly string[] OneThing =
    [
        "Engine/Compute/Gpu/GpuBackend, Engine/Compute/Gpu/GpuBatch", // a batch holds its backend
        "Engine/Compute/Simd/SimdBackend, Engine/Compute/Simd/SimdBatch", // the same
    ];

    public static TheoryData<string> AllRooms => [.. Rooms];

    [Theory, MemberData(nameof(AllRooms))]
    public void A_room_uses_only_rooms_to_its_left(string room)
    {
        var types = In(HouseGraph.Engine, room);
        Assert.NotEmpty(types);
        Rule.Holds(Uses(types, used => Array.IndexOf(Rooms, Room(used)) > Array.IndexOf(Rooms, room)));
    }

    [Fact]
    public void Every_type_of_the_library_is_in_a_room() =>
        Assert.All(HouseGraph.Engine, type => Assert.Contains(Room(type.Type), Rooms));

    [Fact]
    public void Every_type_has_a_source_file() =>
        Rule.Holds(from type in HouseGraph.Engine.Concat(HouseGraph.Tools)
                   where HouseGraph.FileOf(type.Type) is null
                   select type.Type.FullName);

    [Fact]
    public void No_circle_among_files_of_the_library() => NoCircleBut(OneThing, HouseGraph.Engine);

    [Fact]
    public void No_circle_among_files_of_the_command() => NoCircleBut([], HouseGraph.Tools);

    [Fact]
    public void Only_the_caller_chooses_a_backend() =>
        Rule.Holds(Uses(In(HouseGraph.Engine, "Models", "Evaluation", "Training", "Study")
            .Where(type => type.Type != typeof(ManualVae.Study.GradientSuite)), // checks gradients, in double precision
            used => used == typeof(ManualVae.Compute.Backends)
                || used.Namespace is "ManualVae.Compute.Simd" or "ManualVae.Compute.Gpu" or "ManualVae.Compute.Reference"));

    [Fact]
    public void Metrics_name_no_backend() =>
        Rule.Holds(Uses(In(HouseGraph.Engine, "Evaluation"), used => used == typeof(ManualVae.Compute.IBackend)));

    [Fact]
    public void The_library_leaves_the_console_to_its_caller() =>
        Rule.Holds(Uses(HouseGraph.Engine, used => used == typeof(Console)));

    [Fact]
    public void The_library_names_no_flag_and_no_command() =>
        Rule.Holds(from type in HouseGraph.Engine
                   from text in type.Strings
                   where FlagOrCommand().IsMatch(text)
                   select $"{HouseGraph.FileOf(type.Type)}: \"{text.ReplaceLineEndings(" ")}\"");

    internal static string? Room(Type type) => type.Namespace?.Split('.') is ["ManualVae", var room, ..] ? room : null;

    private static CompiledType[] In(CompiledType[] types, params string[] rooms) =>
        [.. types.Where(type => rooms.Contains(Room(type.Type)))];

    private static void NoCircleBut(string[] allowed, CompiledType[] types)
    {
        var arrows = HouseGraph.Arrows(types, HouseGraph.FileOf);
        var circles = HouseGraph.Circles(arrows).ToDictionary(circle => string.Join(", ", circle));
        Rule.Holds(from circle in circles
                   where !allowed.Contains(circle.Key)
                   from file in circle.Value
                   select $"{circle.Value.Length} files: {file} -> {string.Join(", ", circle.Value.Intersect(arrows[file]))}");
        Assert.Superset(allowed.ToHashSet(), circles.Keys.ToHashSet()); // an exception that is no longer needed is deleted
    }

    private static IEnumerable<string> Uses(IEnumerable<CompiledType> types, Func<Type, bool> forbidden) =>
        from type in types
        from used in type.Uses
        where forbidden(used)
        select $"{type.Type.FullName} uses {used.FullName}";

    [GeneratedRegex(@"(^|[^\w-])--[a-z]|\bmanualvae [a-z]")]
    private static partial Regex FlagOrCommand();
}
