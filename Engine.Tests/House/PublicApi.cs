using System.Reflection;
using System.Runtime.CompilerServices;

namespace ManualVae.Tests.House;

/// <summary>What callers of the library see: its public types and their public and protected members, a line each.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared =
        BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int", [typeof(uint)] = "uint",
        [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(float)] = "float", [typeof(double)] = "double",
        [typeof(string)] = "string", [typeof(object)] = "object", [typeof(char)] = "char",
    };

    private static readonly NullabilityInfoContext Nullability = new();

    /// <summary>The lines: types by name, and below each its members by name.</summary>
    public static IEnumerable<string> Of(Assembly assembly) =>
        assembly.GetExportedTypes().OrderBy(FullName, StringComparer.Ordinal)
            .SelectMany(type => Members(type).Order(StringComparer.Ordinal).Prepend(Declaration(type)));

    private static string Declaration(Type type)
    {
        string kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
            : type.IsSubclassOf(typeof(Delegate)) ? "delegate" : type.IsAbstract && type.IsSealed ? "static class"
            : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";
        Type?[] bases = [type.IsClass && type.BaseType != typeof(object) ? type.BaseType : null, .. type.GetInterfaces()];
        string[] names = [.. bases.OfType<Type>().Where(t => t.IsVisible && t.Name != "IEquatable`1")
            .Select(Name).Order(StringComparer.Ordinal)];
        return $"{FullName(type)}: {kind}{(names.Length == 0 || type.IsEnum ? "" : " : " + string.Join(", ", names))}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        string full = FullName(type);
        foreach (var member in type.GetMembers(Declared))
        {
            string? line = member switch
            {
                FieldInfo { IsSpecialName: false } field when Seen(field.Attributes) => type.IsEnum
                    ? $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue())}"
                    : $"{field.Name} -> {Name(field.FieldType, Nullability.Create(field))}"
                        + (field.IsLiteral ? " (const)" : Static(field.IsStatic)),
                PropertyInfo property when Accessors(property) is { Length: > 0 } accessors =>
                    $"{property.Name}{Parameters(property.GetIndexParameters(), "[]")} "
                        + $"{{ {string.Join(" ", accessors.Select(Verb))} }} -> "
                        + Name(property.PropertyType, Nullability.Create(property)) + Static(accessors[0].IsStatic),
                ConstructorInfo constructor when Seen(constructor) =>
                    $"{type.Name.Split('`')[0]}{Parameters(constructor.GetParameters(), "()")}",
                // What the compiler adds to a record is not a promise of its author.
                MethodInfo method when Seen(method) && !IsAccessor(method)
                    && !method.IsDefined(typeof(CompilerGeneratedAttribute)) =>
                    method.Name + Generic(method.GetGenericArguments()) + Parameters(method.GetParameters(), "()") + " -> "
                        + Name(method.ReturnType, Nullability.Create(method.ReturnParameter)) + Static(method.IsStatic),
                EventInfo shown => $"event {shown.Name} -> {Name(shown.EventHandlerType!)}",
                _ => null,
            };
            if (line is not null) yield return $"{full}.{line}";
        }
    }

    private static string Static(bool isStatic) => isStatic ? " (static)" : "";

    private static bool Seen(FieldAttributes attributes) => (attributes & FieldAttributes.FieldAccessMask)
        is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;

    private static bool Seen(MethodBase method) => !method.Name.Contains('<')
        && (method.IsPublic || (!method.DeclaringType!.IsSealed && (method.IsFamily || method.IsFamilyOrAssembly)));

    private static bool IsAccessor(MethodInfo method) =>
        method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static MethodInfo[] Accessors(PropertyInfo property) =>
        property.Name == "EqualityContract" ? [] : [.. property.GetAccessors(nonPublic: true).Where(Seen)];

    private static string Verb(MethodInfo accessor) => accessor.Name[..3] == "get" ? "get;"
        : accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init;" : "set;";

    private static string Parameters(ParameterInfo[] parameters, string brackets) => brackets == "[]" && parameters.Length == 0
        ? "" : brackets[0] + string.Join(", ", parameters.Select(Parameter)) + brackets[1];

    private static string Parameter(ParameterInfo parameter)
    {
        string way = !parameter.ParameterType.IsByRef ? "" : parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref ";
        string otherwise = parameter.HasDefaultValue ? " = " + Default(parameter) : "";
        return $"{way}{Name(parameter.ParameterType, Nullability.Create(parameter))} {parameter.Name}{otherwise}";
    }

    private static string Default(ParameterInfo parameter) => parameter.DefaultValue switch
    {
        null when parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null => "default",
        null => "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        var value => FormattableString.Invariant($"{value}"),
    };

    private static string FullName(Type type) => type.DeclaringType is { } outer ? $"{FullName(outer)}.{Name(type)}"
        : $"{type.Namespace}.{Name(type)}";

    private static string Name(Type type, NullabilityInfo nullability) =>
        Name(type) + (!type.IsValueType && nullability.ReadState == NullabilityState.Nullable ? "?" : "");

    private static string Name(Type type)
    {
        if (type.IsByRef) return Name(type.GetElementType()!);
        if (type.IsPointer) return Name(type.GetElementType()!) + "*";
        if (type.IsArray) return $"{Name(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (Nullable.GetUnderlyingType(type) is { } value) return Name(value) + "?";
        return Keywords.GetValueOrDefault(type) ?? type.Name.Split('`')[0] + Generic(type.GetGenericArguments());
    }

    private static string Generic(Type[] arguments) =>
        arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(Name))}>";
}
