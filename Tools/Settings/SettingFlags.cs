using System.CommandLine;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace ManualVae.Tools.Settings;

/// <summary>
/// The properties of an options record as flags, in the order of their declaration. A property that no text can give, such as a
/// record, has no flag.
/// </summary>
/// <typeparam name="TOptions">The record; its property-initialisers are the defaults.</typeparam>
internal sealed class SettingFlags<TOptions> where TOptions : class
{
    private readonly List<SettingFlag> _flags;

    /// <summary>Makes the flags.</summary>
    /// <param name="defaults">The record whose values the help texts show; null to show none.</param>
    /// <param name="only">Names of the properties that have flags; null for all.</param>
    /// <param name="notes">What help texts say beside the documentation, by name of the property.</param>
    public SettingFlags(
        TOptions? defaults, IReadOnlyList<string>? only = null, IReadOnlyDictionary<string, string>? notes = null) =>
        _flags = [.. from property in typeof(TOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            where property.CanWrite && SettingText.Reads(property.PropertyType) && only?.Contains(property.Name) != false
            let required = defaults is not null && property.IsDefined(typeof(RequiredMemberAttribute))
            select new SettingFlag(property, defaults, notes?.GetValueOrDefault(property.Name) ?? "", required)];

    /// <summary>The flags, for a command.</summary>
    public IEnumerable<Symbol> Options => _flags.Select(flag => flag.Option);

    /// <summary>Another name of a flag.</summary>
    public SettingFlags<TOptions> Alias(string property, string alias)
    {
        _flags.Single(flag => flag.Name == SettingFlag.NameOf(property)).Option.Aliases.Add(alias);
        return this;
    }

    /// <summary>What a flag means that is given without a value.</summary>
    public SettingFlags<TOptions> Alone(string property, string value)
    {
        _flags.Single(flag => flag.Name == SettingFlag.NameOf(property)).Alone(value);
        return this;
    }

    /// <summary>The values given, by name.</summary>
    /// <exception cref="Data.InputException">A value is not of its flag's type.</exception>
    public JsonObject Given(ParseResult parsed) =>
        SettingFlag.Given(parsed, _flags);

    /// <summary>Puts the values given into a record.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="options">A new record, which is changed and returned.</param>
    /// <exception cref="Data.InputException">A value is not of its flag's type.</exception>
    public TOptions Read(ParseResult parsed, TOptions options)
    {
        foreach (var flag in _flags.Where(flag => flag.IsGiven(parsed))) flag.Apply(parsed, options);
        return options;
    }
}
