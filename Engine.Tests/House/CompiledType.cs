using System.Reflection;
using System.Reflection.Emit;

namespace ManualVae.Tests.House;

/// <summary>
/// What one top-level type uses, read from the compiled assembly: base types, members, attributes, constraints and every
/// instruction of its methods. Nested types, and with them the compiler's own types for lambdas and iterators, count for the type
/// that holds them. Constants and <c>nameof</c> leave no trace in compiled code: see <see cref="HouseGraph.NamesIn"/>.
/// </summary>
internal sealed class CompiledType
{
    private const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic
        | BindingFlags.Static | BindingFlags.Instance;

    private static readonly Dictionary<short, OpCode> Instructions = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    private readonly HashSet<Type> _uses = [];
    private readonly HashSet<string> _strings = [];

    private CompiledType(Type type)
    {
        Type = type;
        Read(type);
    }

    /// <summary>The type.</summary>
    public Type Type { get; }

    /// <summary>The top-level types that it uses, generic ones without their arguments; itself among them.</summary>
    public ISet<Type> Uses => _uses;

    /// <summary>Its string literals and string constants, those in attributes included.</summary>
    public IReadOnlySet<string> Strings => _strings;

    /// <summary>Reads one top-level type.</summary>
    public static CompiledType Of(Type type) => new(type);

    /// <summary>Reads all top-level types of an assembly that a person wrote.</summary>
    public static CompiledType[] AllOf(Assembly assembly) =>
        [.. from type in assembly.GetTypes()
            where !type.IsNested && type.Namespace?.StartsWith("ManualVae", StringComparison.Ordinal) == true
            select Of(type)];

    private void Read(Type type)
    {
        Use(type.BaseType);
        foreach (var implemented in type.GetInterfaces()) Use(implemented);
        ReadConstraints(type.GetGenericArguments());
        ReadAttributes(type.GetCustomAttributesData());
        foreach (var member in type.GetMembers(Declared))
        {
            ReadAttributes(member.GetCustomAttributesData());
            if (member is Type nested) Read(nested);
            else if (member is FieldInfo field) ReadField(field);
            else if (member is MethodBase method) ReadMethod(method);
        }
    }

    private void ReadField(FieldInfo field)
    {
        Use(field.FieldType);
        if (field.IsLiteral && field.GetRawConstantValue() is string text) _strings.Add(text);
    }

    private void ReadMethod(MethodBase method)
    {
        if (method is MethodInfo { ReturnParameter: var result }) Use(result.ParameterType);
        foreach (var parameter in method.GetParameters())
        {
            Use(parameter.ParameterType);
            ReadAttributes(parameter.GetCustomAttributesData());
        }
        if (method.IsGenericMethod) ReadConstraints(method.GetGenericArguments());
        if (method.GetMethodBody() is not { } body) return;
        foreach (var local in body.LocalVariables) Use(local.LocalType);
        foreach (var clause in body.ExceptionHandlingClauses)
            if (clause.Flags == ExceptionHandlingClauseOptions.Clause) Use(clause.CatchType);
        ReadInstructions(method, body.GetILAsByteArray()!);
    }

    private void ReadInstructions(MethodBase method, byte[] code)
    {
        var typeArguments = method.DeclaringType!.GetGenericArguments();
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : [];
        for (int at = 0; at < code.Length;)
        {
            short value = code[at++];
            if (value == 0xFE) value = (short)(0xFE00 | code[at++]);
            var operand = Instructions[value].OperandType;
            if (operand is OperandType.InlineString)
                _strings.Add(method.Module.ResolveString(BitConverter.ToInt32(code, at)));
            if (operand is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
                Use(method.Module.ResolveMember(BitConverter.ToInt32(code, at), typeArguments, methodArguments)!);
            at += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineI or OperandType.ShortInlineVar or OperandType.ShortInlineBrTarget => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
                _ => 4,
            };
        }
    }

    private void ReadConstraints(Type[] arguments)
    {
        foreach (var argument in arguments.Where(argument => argument.IsGenericParameter))
            foreach (var constraint in argument.GetGenericParameterConstraints()) Use(constraint);
    }

    private void ReadAttributes(IEnumerable<CustomAttributeData> attributes)
    {
        foreach (var attribute in attributes)
        {
            Use(attribute.AttributeType);
            var named = attribute.NamedArguments.Select(argument => argument.TypedValue);
            foreach (var argument in attribute.ConstructorArguments.Concat(named))
            {
                Use(argument.ArgumentType);
                if (argument.Value is Type type) Use(type);
                if (argument.Value is string text) _strings.Add(text);
            }
        }
    }

    // The types of a member count too: enum members are numbers in compiled code, and only the parameter shows what they are.
    private void Use(MemberInfo member)
    {
        Use(member as Type ?? member.DeclaringType);
        if (member is FieldInfo field) Use(field.FieldType);
        if (member is MethodInfo { ReturnType: var result }) Use(result);
        if (member is not MethodBase method) return;
        foreach (var parameter in method.GetParameters()) Use(parameter.ParameterType);
        if (method.IsGenericMethod)
            foreach (var argument in method.GetGenericArguments()) Use(argument);
    }

    private void Use(Type? type)
    {
        while (type is { HasElementType: true }) type = type.GetElementType();
        if (type is null || type.IsGenericParameter) return;
        foreach (var argument in type.GetGenericArguments()) Use(argument);
        if (type.IsFunctionPointer)
        {
            foreach (var part in type.GetFunctionPointerParameterTypes().Append(type.GetFunctionPointerReturnType())) Use(part);
            return;
        }
        while (type.DeclaringType is { } outer) type = outer;
        _uses.Add(type.IsGenericType ? type.GetGenericTypeDefinition() : type);
    }
}
