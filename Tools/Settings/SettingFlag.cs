using System.CommandLine;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using ManualVae.Training;

namespace ManualVae.Tools.Settings;

/// <summary>
/// A property of an options record as a flag: <c>BatchSize</c> is <c>--batch-size</c>, its documentation the help text.
/// </summary>
internal sealed class SettingFlag
{
    private readonly PropertyInfo _property;
    private string? _alone;

    /// <summary>Makes the flag.</summary>
    /// <param name="property">The property.</param>
    /// <param name="defaults">The record whose value is the default in the help text; null to show none.</param>
    /// <param name="note">What the help text says beside the documentation.</param>
    /// <param name="required">Refuse a command line without the flag.</param>
    public SettingFlag(PropertyInfo property, object? defaults, string note = "", bool required = false)
    {
        _property = property;
        Name = NameOf(property.Name);
        Type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        object? value = defaults is null || required ? null : property.GetValue(defaults);
        string shown = value is null && (defaults is null || Type == typeof(string)) ? "" : $"[default: {Text(value)}]";
        string[] parts = [Documentation.Of(property), SettingText.Choices(Type), note, shown];
        Option = new($"--{Name}")
        {
            Description = string.Join(' ', parts.Where(part => part.Length > 0)),
            HelpName = SettingText.Kind(Type),
            Required = required,
            Arity = Type == typeof(bool) ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
        };
        if (Type.IsEnum) Option.CompletionSources.Add([.. SettingText.Names(Type)]);
    }

    /// <summary>The flag's name without dashes, which is the setting's name in JSON.</summary>
    public string Name { get; }

    /// <summary>Type of the value; of a nullable one, what it may hold.</summary>
    public Type Type { get; }

    /// <summary>The flag, for a command.</summary>
    public Option<string?> Option { get; }

    /// <summary>The flag may stand without a value, and then has this one.</summary>
    public void Alone(string value) => (_alone, Option.Arity) = (value, ArgumentArity.ZeroOrOne);

    /// <summary>The flag of a property, with dashes.</summary>
    public static string Of(string property) => $"--{NameOf(property)}";

    /// <summary>The name of a property in kebab case.</summary>
    public static string NameOf(string property) => JsonNamingPolicy.KebabCaseLower.ConvertName(property);

    /// <summary>True if the command line has the flag.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetResult(Option) is { Implicit: false };

    /// <summary>The values that the command line gives, by name.</summary>
    /// <exception cref="Data.InputException">A value is not of its flag's type.</exception>
    public static JsonObject Given(ParseResult parsed, IEnumerable<SettingFlag> flags) =>
        [.. flags.Where(flag => flag.IsGiven(parsed)).Select(flag => KeyValuePair.Create(flag.Name, flag.Read(parsed)))];

    /// <summary>The value given.</summary>
    /// <exception cref="Data.InputException">It is not of the flag's type.</exception>
    public JsonNode? Read(ParseResult parsed) =>
        parsed.GetValue(Option) is "null" && Nullable.GetUnderlyingType(_property.PropertyType) is not null
            ? null : SettingText.Read($"--{Name}", parsed.GetValue(Option) ?? _alone, Type);

    /// <summary>Puts the value given into a new record.</summary>
    /// <exception cref="Data.InputException">It is not of the flag's type.</exception>
    public void Apply(ParseResult parsed, object options) =>
        _property.SetValue(options, Read(parsed).Deserialize(_property.PropertyType, RunSettings.Json));

    private string Text(object? value) =>
        SettingText.Write(JsonSerializer.SerializeToNode(value, _property.PropertyType, RunSettings.Json));
}
