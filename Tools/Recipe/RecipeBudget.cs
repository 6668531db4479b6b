using System.Diagnostics;
using System.Globalization;
using ManualVae.Data;

namespace ManualVae.Tools.Recipe;

/// <summary>The plan of a budget, in seconds from the start.</summary>
/// <param name="Baselines">Baselines begin no fit after this.</param>
/// <param name="Family">The search of the family ends here.</param>
/// <param name="End">The winner's training ends here.</param>
internal readonly record struct RecipePlan(double Baselines, double Family, double End)
{
    /// <summary>Two fifths at most for baselines, then the family; three twentieths to train the winner to its end.</summary>
    public static RecipePlan Of(TimeSpan budget) =>
        new(0.4 * budget.TotalSeconds, 0.85 * budget.TotalSeconds, budget.TotalSeconds);
}

/// <summary>The time of a recipe: what was spent, earlier sessions included, and what is left.</summary>
internal sealed class RecipeBudget(TimeSpan budget, double spentBefore = 0)
{
    /// <summary>A shorter one shows nothing.</summary>
    public const int FewestSeconds = 5;

    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Its plan.</summary>
    public RecipePlan Plan { get; } = RecipePlan.Of(budget);

    /// <summary>Seconds spent, all sessions together.</summary>
    public double Spent => spentBefore + _clock.Elapsed.TotalSeconds;

    /// <summary>Reads <c>90s</c>, <c>30m</c>, <c>2h</c>; a number alone means minutes.</summary>
    /// <exception cref="InputException">It is none of these, or too short.</exception>
    public static TimeSpan Parse(string text)
    {
        double unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        string digits = unit > 0 ? text[..^1] : text;
        bool read = double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double number);
        double seconds = number * (unit > 0 ? unit : 60);
        if (!read || !double.IsFinite(seconds) || seconds > 1e7)
            throw new InputException($"--budget {text}: write a time such as 90s, 30m or 2h.");
        if (seconds < FewestSeconds)
            throw new InputException($"--budget {text}: too short to try anything; give {FewestSeconds}s or more, such as 30m.");
        return TimeSpan.FromSeconds(seconds);
    }

    /// <summary>Signalled when that many seconds are spent, or by Ctrl-C. The caller disposes of it.</summary>
    public Deadline Until(double seconds) => new(TimeSpan.FromSeconds(Math.Max(0, seconds - Spent)), Session.Cancellation);
}
