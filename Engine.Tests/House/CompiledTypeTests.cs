using ManualVae.Tests.House.Planted;
using Xunit;
using static ManualVae.Tests.House.Planted.Target;

namespace ManualVae.Tests.House;

/// <summary>The reader of compiled types sees every way to use another type. The users below are planted.</summary>
public class CompiledTypeTests
{
    public static TheoryData<Type, Type> Users => new()
    {
        { typeof(InAMethod), typeof(Target) },
        { typeof(InALambda), typeof(Target) },
        { typeof(InAnIterator), typeof(Target) },
        { typeof(InALocalFunction), typeof(Target) },
        { typeof(ByAPartOfItsName), typeof(Target) },
        { typeof(ThroughUsingStatic), typeof(Target) },
        { typeof(AsBase), typeof(Target) },
        { typeof(AsField), typeof(TargetKind) },
        { typeof(AsParameter), typeof(TargetKind) },
        { typeof(AsArrayInAGenericArgument), typeof(TargetKind) },
        { typeof(AsArgumentOfAGenericMethod), typeof(TargetKind) },
        { typeof(AsConstraint<>), typeof(Target) },
        { typeof(AsCaught), typeof(InvalidDataException) },
        { typeof(AsAttribute), typeof(TargetAttribute) },
        { typeof(AsAttributeOfAParameter), typeof(TargetAttribute) },
        { typeof(InAnAttribute), typeof(TargetKind) },
        { typeof(AsEnumMember), typeof(TargetKind) },
        { typeof(AfterASwitch), typeof(Target) },
    };

    [Theory, MemberData(nameof(Users))]
    public void A_planted_use_is_seen(Type user, Type used) => Assert.Contains(used, CompiledType.Of(user).Uses);

    [Fact]
    public void A_name_in_a_string_or_a_comment_is_no_use() =>
        Assert.DoesNotContain(typeof(Target), CompiledType.Of(typeof(InWords)).Uses);

    [Theory]
    [InlineData("int code = Tools.ExitCode.Done;", true)]
    [InlineData("string name = nameof(ExitCode.Failed);", true)]
    [InlineData("ExitCode.ToString();", false)] // compiled code shows it
    [InlineData("/// <see cref=\"ExitCode.Done\"/>", false)]
    public void Constants_and_names_are_found_in_the_text(string source, bool found) =>
        Assert.Equal(found, HouseGraph.NamesIn(source).Contains(typeof(ManualVae.Tools.ExitCode)));

    [Fact]
    public void Strings_of_methods_constants_and_attributes_are_seen() =>
        Assert.Superset(new HashSet<string> { "in a method", "in a constant", "in an attribute" },
            CompiledType.Of(typeof(Strings)).Strings.ToHashSet());
}

file sealed class InAMethod { public static int Run() => Target.Number(); }
file sealed class InALambda { public static Func<int> Run() => () => Target.Number(); }
file sealed class InAnIterator { public static IEnumerable<int> Run() { yield return Target.Number(); } }
file sealed class InALocalFunction { public static int Run() { return Local(); static int Local() => Target.Number(); } }
file sealed class ByAPartOfItsName { public static int Run() => Planted.Target.Number(); }
file sealed class ThroughUsingStatic { public static int Run() => Number(); }
file sealed class AsBase : Target;
file sealed class AsField { public static readonly TargetKind Kind = TargetKind.Two; }
file sealed class AsParameter { public static bool Is(in TargetKind kind) => kind == 0; }
file sealed class AsArrayInAGenericArgument { public static List<TargetKind[]>? Kinds { get; set; } }
file sealed class AsArgumentOfAGenericMethod { public static object Run() => Array.Empty<TargetKind>(); }
file sealed class AsConstraint<T> where T : Target;
file sealed class AsCaught { public static void Run(Action action) { try { action(); } catch (InvalidDataException) { } } }
[Target] file sealed class AsAttribute;
file sealed class AsAttributeOfAParameter { public static void Run([Target] int number) => _ = number; }
[Target(typeof(TargetKind))] file sealed class InAnAttribute;
file sealed class AsEnumMember { public static bool Run() => AsParameter.Is(TargetKind.Two); }
file sealed class AfterASwitch
{
    public static int Run(int number) => number switch { 0 => 5, 1 => 7, 2 => 11, 3 => 13, _ => Target.Number() };
}

// Uses Target.Number() nowhere.
file sealed class InWords { public static string Run() => "Planted.Target.Number()"; }

[System.ComponentModel.Description("in an attribute")]
file sealed class Strings
{
    public const string Constant = "in a constant";
    public static string Run() => "in a method";
}
