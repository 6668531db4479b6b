using System.Runtime.CompilerServices;
using ManualVae.Data;
using static ManualVae.Data.InputException;

namespace ManualVae.Study;

/// <summary>Refuses options outside their range.</summary>
internal static class Check
{
    /// <summary>Refuses an option below a limit.</summary>
    /// <param name="least">Smallest value allowed.</param>
    /// <param name="value">The option.</param>
    /// <param name="why">Reason, appended to the message, such as ", a variance needs them".</param>
    /// <param name="name">Name of the option's property.</param>
    /// <exception cref="InputException">The value is below the limit.</exception>
    public static void AtLeast(int least, int value, string why = "", [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (value < least) throw About($"{Setting(name)} {value}: give at least {least}{why}.");
    }

    /// <summary>Refuses shares outside [0, 1).</summary>
    /// <param name="values">The option.</param>
    /// <param name="name">Name of the option's property.</param>
    /// <exception cref="InputException">A share is outside the range.</exception>
    public static void Shares(IReadOnlyList<double> values, [CallerArgumentExpression(nameof(values))] string name = "")
    {
        foreach (double value in values)
            if (!(value >= 0 && value < 1)) throw About($"{Setting(name)} {value}: give shares in [0, 1).");
    }
}
