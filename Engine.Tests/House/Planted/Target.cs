namespace ManualVae.Tests.House.Planted;

/// <summary>The types that the planted users of <see cref="CompiledTypeTests"/> use, in a namespace of their own.</summary>
internal class Target
{
    public static int Number() => 1;
}

/// <summary>See <see cref="Target"/>.</summary>
internal enum TargetKind { One, Two }

/// <summary>See <see cref="Target"/>.</summary>
[AttributeUsage(AttributeTargets.All)]
internal sealed class TargetAttribute(Type? about = null) : Attribute
{
    public Type? About => about;
}
