using System.Globalization;
using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>
/// The moments that cut a temporal split: clicks outside are left out, and a moment belongs to what begins with it.
/// </summary>
internal sealed record TimeWindow(double? TrainFrom, double? ValidationFrom, double TestFrom, double? TestUntil)
{
    /// <summary>The window that settings name, or null where they name none.</summary>
    /// <exception cref="InputException">A moment is no time, they are not in order, or the test's is missing.</exception>
    public static TimeWindow? Of(string? trainFrom, string? validationFrom, string? testFrom, string? testUntil)
    {
        (string Name, string? Text)[] texts =
        [
            (nameof(TrainFrom), trainFrom), (nameof(ValidationFrom), validationFrom), (nameof(TestFrom), testFrom),
            (nameof(TestUntil), testUntil),
        ];
        if (texts.All(text => text.Text is null)) return null;
        var moments = texts.Select(text => Moment(text.Name, text.Text)).ToArray();
        if (moments[2] is not double test)
            throw About($"{Setting(nameof(TestFrom))} is missing: the moment at which the test begins.");
        var given = texts.Zip(moments).Where(pair => pair.Second is not null).ToArray();
        foreach (var (earlier, later) in given.Zip(given.Skip(1)))
            if (earlier.Second >= later.Second)
            {
                var (before, after) = (Setting(earlier.First.Name), Setting(later.First.Name));
                throw About($"{after} {later.First.Text}: must be later than {before} {earlier.First.Text}.");
            }
        return new(moments[0], moments[1], test, moments[3]);
    }

    /// <summary>Leaves out the clicks before and after the window; returns how many.</summary>
    public int Cut(ClickLog log)
    {
        var keep = new bool[log.Count];
        for (int i = 0; i < keep.Length; i++)
            keep[i] = !log.IsBefore(i, TrainFrom) && (TestUntil is null || log.IsBefore(i, TestUntil));
        int before = log.Count;
        log.Keep(keep);
        return before - log.Count;
    }

    private static double? Moment(string name, string? text) =>
        text is null ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) ? seconds
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? (date - DateTimeOffset.UnixEpoch).TotalSeconds
        : throw About($"{Setting(name)} {text}: is neither a date, such as 2005-09-06, nor a number like the source's times.");
}
