namespace ManualVae.Tools;

/// <summary>Exit codes, part of the contract.</summary>
public static class ExitCode
{
    /// <summary>The verb did its work.</summary>
    public const int Done = 0;

    /// <summary>The verb failed, or a check did not pass.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage or bad input: one line says what, where and what to do.</summary>
    public const int WrongUsage = 2;

    /// <summary>Interrupted, with the checkpoint written.</summary>
    public const int Interrupted = 130;
}
