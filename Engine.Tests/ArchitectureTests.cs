using System.Text.RegularExpressions;
using Xunit;

namespace ManualVae.Tests;

/// <summary>Data flows one way through the rooms of the house, and each room uses only rooms to its left
/// (docs/architecture.md).</summary>
public partial class ArchitectureTests
{
    private static readonly string[] Rooms = ["Data", "Compute", "Models", "Evaluation", "Training", "Study", "Tools"];

    public static TheoryData<string> AllRooms => [.. Rooms];

    [Theory, MemberData(nameof(AllRooms))]
    public void A_room_uses_only_rooms_to_its_left(string room)
    {
        int place = Array.IndexOf(Rooms, room);
        var files = SourceFiles(room);
        Assert.NotEmpty(files);
        var violations =
            from file in files
            from Match use in RoomName().Matches(File.ReadAllText(file))
            where Array.IndexOf(Rooms, use.Groups[1].Value) > place
            select $"{Path.GetRelativePath(TestData.RepositoryRoot, file)} uses {use.Value}";
        Assert.Empty(violations);
    }

    [Theory, MemberData(nameof(AllRooms))]
    public void Namespaces_follow_folders(string room)
    {
        string root = room == "Tools" ? TestData.RepositoryRoot : Path.Combine(TestData.RepositoryRoot, "Engine");
        foreach (string file in SourceFiles(room))
        {
            string expected = "ManualVae." + Path.GetRelativePath(root,
                Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.');
            string declared = Namespace().Match(File.ReadAllText(file)).Groups[1].Value;
            Assert.True(declared == expected,
                $"{Path.GetRelativePath(TestData.RepositoryRoot, file)}: namespace {declared}, expected {expected}");
        }
    }

    private static string[] SourceFiles(string room) =>
        [.. Directory.EnumerateFiles(room == "Tools" ? Path.Combine(TestData.RepositoryRoot, "Tools")
            : Path.Combine(TestData.RepositoryRoot, "Engine", room), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}",
                StringComparison.Ordinal))];

    // A using directive, or a name written out; documentation and strings (manifest resources) do not count.
    [GeneratedRegex(@"(?m)^(?!\s*//)[^""\n]*?ManualVae\.(Data|Compute|Models|Evaluation|Training|Study|Tools)\b")]
    private static partial Regex RoomName();

    [GeneratedRegex(@"(?m)^namespace ([\w.]+);")]
    private static partial Regex Namespace();
}
