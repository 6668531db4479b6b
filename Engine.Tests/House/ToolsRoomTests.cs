using ManualVae.Tools;
using Xunit;

namespace ManualVae.Tests.House;

/// <summary>The rooms of the command: verbs are its doors, and doors do not lead into each other.</summary>
public class ToolsRoomTests
{
    private const string Verbs = "ManualVae.Tools.Verbs";

    [Fact]
    public void Only_the_program_uses_verbs() =>
        Rule.Holds(from type in HouseGraph.Tools
                   where !IsVerb(type.Type) && type.Type != typeof(Program)
                   from used in type.Uses
                   where IsVerb(used)
                   select $"{type.Type.FullName} uses {used.FullName}");

    [Fact]
    public void A_verb_uses_no_other_verb_but_a_group_its_members()
    {
        var verbs = HouseGraph.Tools.Where(type => IsVerb(type.Type)).ToArray();
        Assert.NotEmpty(verbs);
        Rule.Holds(from verb in verbs
                   from used in verb.Uses
                   where IsVerb(used) && used != verb.Type && used.Name != "Verb" && !IsMember(used, verb.Type)
                   select $"{verb.Type.FullName} uses {used.FullName}");
    }

    [Fact]
    public void Rooms_form_an_order() =>
        Rule.Holds(HouseGraph.Circles(HouseGraph.Arrows(HouseGraph.Tools, Room)).Select(circle => string.Join(", ", circle)));

    [Fact]
    public void Charts_know_nothing_of_the_house() =>
        Rule.Holds(from type in HouseGraph.Tools
                   where Room(type.Type) == "Charts"
                   from used in type.Uses
                   where used.Namespace?.StartsWith("ManualVae", StringComparison.Ordinal) == true && Room(used) != "Charts"
                   select $"{type.Type.FullName} uses {used.FullName}");

    private static bool IsVerb(Type type) => Room(type) == "Verbs";

    /// <summary>True for DataImportVerb in Verbs/Data and the group DataVerb, in the same folder or beside it.</summary>
    private static bool IsMember(Type verb, Type group) =>
        group.Name.EndsWith("Verb", StringComparison.Ordinal) && verb.Namespace == $"{Verbs}.{group.Name[..^"Verb".Length]}";

    /// <summary>The first folder below Tools; a file that lies in Tools itself is a room of its own.</summary>
    private static string? Room(Type type) => type.Namespace?.Split('.') switch
    {
        ["ManualVae", "Tools"] => type.Name,
        ["ManualVae", "Tools", var room, ..] => room,
        _ => null,
    };
}
