namespace ManualVae.Data;

/// <summary>
/// Something the user gave cannot be used: a malformed line, a missing file, an impossible setting. The message is one
/// line that says what was found, where, and what to do; the command line prints it and exits with code 2.
/// </summary>
public sealed class InputException : Exception
{
    private readonly FormattableString? _text;

    /// <summary>Creates the error with its one-line message.</summary>
    public InputException(string message) : base(message) { }

    /// <summary>Creates the error with its one-line message and the exception that revealed it.</summary>
    public InputException(string message, Exception inner) : base(message, inner) { }

    private InputException(FormattableString text, Exception? inner) : base(FormattableString.Invariant(text), inner) =>
        _text = text;

    /// <summary>
    /// An error about settings. Holes of type <see cref="SettingName"/> are names of properties; a caller with other names for
    /// them (the command line: flags) prints the message by <see cref="Describe"/>.
    /// </summary>
    /// <param name="text">The message, such as <c>$"{Setting(nameof(Latent))} is {Latent}; it must be at least 1."</c>.</param>
    /// <param name="inner">The exception that revealed it.</param>
    public static InputException About(FormattableString text, Exception? inner = null) => new(text, inner);

    /// <summary>What an exception of others says, without its stop, for a message of ours.</summary>
    internal static string FirstLine(Exception problem) => problem.Message.Split('\n')[0].TrimEnd('.', '\r');

    /// <summary>A property's name, for <see cref="About"/>.</summary>
    public static SettingName Setting(string property) => new(property);

    /// <summary>The message, with the names of settings as <paramref name="name"/> gives them.</summary>
    /// <param name="name">
    /// From the name of a property to what the reader calls it, such as <c>Latent</c> to <c>--latent</c>.
    /// </param>
    public string Describe(Func<string, string> name) => _text is null ? Message : string.Format(
        System.Globalization.CultureInfo.InvariantCulture, _text.Format,
        [.. _text.GetArguments().Select(value => value is SettingName setting ? name(setting.Property) : value)]);
}

/// <summary>The name of a setting in the message of an <see cref="InputException"/>.</summary>
/// <param name="Property">Name of the property.</param>
public readonly record struct SettingName(string Property)
{
    /// <inheritdoc/>
    public override string ToString() => Property;
}
