namespace ManualVae.Data;

/// <summary>
/// Something the user gave cannot be used: a malformed line, a missing file, an impossible setting. The message is one
/// line that says what was found, where, and what to do; the command line prints it and exits with code 2.
/// </summary>
public sealed class InputException : Exception
{
    /// <summary>Creates the error with its one-line message.</summary>
    public InputException(string message) : base(message) { }

    /// <summary>Creates the error with its one-line message and the exception that revealed it.</summary>
    public InputException(string message, Exception inner) : base(message, inner) { }
}
