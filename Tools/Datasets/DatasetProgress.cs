using Spectre.Console;

namespace ManualVae.Tools.Datasets;

/// <summary>A progress bar on standard error; nothing where that is not a terminal.</summary>
internal static class DatasetProgress
{
    /// <summary>Runs work that reports shares of 1.</summary>
    public static T Run<T>(string title, Func<IProgress<double>?, T> work) =>
        Terminal.IsQuiet || Console.IsErrorRedirected ? work(null) : Run(title, (bar, _) => work(bar));

    /// <summary>Runs work on a terminal that reports shares of 1, and may change the title.</summary>
    public static T Run<T>(string title, Func<IProgress<double>, Action<string>, T> work)
    {
        T result = default!;
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }).Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var bar = context.AddTask(Markup.Escape(title), maxValue: 1);
                result = work(new Setter(bar), text => bar.Description = Markup.Escape(text));
                bar.Value = 1;
            });
        return result;
    }

    /// <summary>Sets the bar on the calling thread (<see cref="Progress{T}"/> would post to the pool, out of order).</summary>
    private sealed class Setter(ProgressTask bar) : IProgress<double>
    {
        public void Report(double value) => bar.Value = Math.Clamp(value, 0, 1);
    }
}
