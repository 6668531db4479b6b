using System.Diagnostics;
using ManualVae.Training;
using Spectre.Console;

namespace ManualVae.Tools.Runs;

/// <summary>Shows how a training goes: a bar on a terminal, a line per epoch elsewhere, or less.</summary>
internal abstract class TrainingDisplay(RunSettings settings) : ITrainingObserver
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private int _epochsSeen;

    /// <summary>Told of every epoch that ends.</summary>
    public event Action<EpochMetrics>? Ended;

    /// <summary>The display that suits where messages go.</summary>
    public static TrainingDisplay Create(RunSettings settings) => Terminal.IsQuiet ? new Nothing(settings)
        : Terminal.IsWatched ? new Bar(settings) : new Lines(settings);

    /// <summary>A display that shows nothing.</summary>
    public static TrainingDisplay Silent(RunSettings settings) => new Nothing(settings);

    /// <summary>A display that shows every tenth epoch, after a name.</summary>
    public static TrainingDisplay Brief(string name, RunSettings settings) => new TenthEpochs(name, settings);

    /// <summary>Shows a line.</summary>
    public virtual void Say(string line) => Console.Error.WriteLine(line);

    /// <summary>Runs the training in view of the display.</summary>
    public virtual T Watch<T>(Func<T> train) => train();

    /// <inheritdoc/>
    public virtual void Updated(in TrainingProgress progress) { }

    /// <inheritdoc/>
    public void EpochEnded(EpochMetrics metrics)
    {
        _epochsSeen++;
        var left = _clock.Elapsed / _epochsSeen * (settings.Epochs - metrics.Epoch);
        Show(metrics, left);
        Ended?.Invoke(metrics);
    }

    private protected virtual void Show(EpochMetrics metrics, TimeSpan left) { }

    private protected string Describe(double reconstruction, double kl, double anchor, double beta) =>
        $"recon {reconstruction:0.00}{(settings.Model == "multdae" ? "" : $"  KL {kl:0.00}  β {beta:0.0000}")}"
            + $"{(settings.AnchorWeight > 0 ? $"  anchor {anchor:0.00}" : "")}";

    /// <summary>The parts that fit into a width, those of the lowest rank first, in the order given.</summary>
    internal static string Fit(int width, params (string Markup, int Rank)[] parts)
    {
        var shown = parts.Where(part => part.Markup.Length > 0).ToList();
        while (shown.Count > 1 && shown.Sum(part => Markup.Remove(part.Markup).Length + 2) - 2 > width)
            shown.Remove(shown.MaxBy(part => part.Rank));
        return string.Join("  ", shown.Select(part => part.Markup));
    }

    private sealed class Nothing(RunSettings settings) : TrainingDisplay(settings)
    {
        public override void Say(string line) { }
    }

    private sealed class TenthEpochs(string name, RunSettings settings) : TrainingDisplay(settings)
    {
        private readonly int _epochs = settings.Epochs;

        private protected override void Show(EpochMetrics metrics, TimeSpan left)
        {
            if (metrics.Epoch % 10 == 0 || metrics.Epoch == _epochs)
                Say($"{name}: epoch {metrics.Epoch} of {_epochs}, reconstruction {metrics.Reconstruction:0.0}, "
                    + $"kl {metrics.Kl:0.00}, validation {metrics.Validation:0.0000}");
        }
    }

    private sealed class Lines(RunSettings settings) : TrainingDisplay(settings)
    {
        private readonly RunSettings _settings = settings;

        private protected override void Show(EpochMetrics metrics, TimeSpan left) => Console.Error.WriteLine(
            $"epoch {metrics.Epoch,4}/{_settings.Epochs}  loss {metrics.Loss:0.00}  "
                + $"{Describe(metrics.Reconstruction, metrics.Kl, metrics.Anchor, metrics.Beta)}{Validated(metrics)}"
            + $"  {metrics.UsersPerSecond:#,0} users/s  {Readable.Clock(left)} left");

        private string Validated(EpochMetrics metrics) => metrics.Validation is not double value ? ""
            : $"  {_settings.ValidationMetric} {value:0.0000}{(metrics.Best ? "*" : " ")}";
    }

    private sealed class Bar(RunSettings settings) : TrainingDisplay(settings)
    {
        private readonly RunSettings _settings = settings;
        private ProgressTask? _task;
        private string _epoch = "", _parts = "", _speed = "", _validation = "", _left = "";

        private static int BarWidth => Terminal.Messages.Profile.Width >= 110 ? 24 : 12;

        public override T Watch<T>(Func<T> train)
        {
            T result = default!;
            Terminal.Messages.Progress()
                .AutoClear(false)
                .Columns(new ProgressBarColumn { Width = BarWidth }, new TaskDescriptionColumn { Alignment = Justify.Left })
                .Start(context =>
                {
                    _task = context.AddTask("epoch 1", maxValue: 1);
                    result = train();
                    _task.Value = 1; // patience may have ended it early
                });
            return result;
        }

        public override void Updated(in TrainingProgress progress)
        {
            _task!.Value = (progress.Epoch - 1 + (double)progress.Batch / progress.Batches) / progress.Epochs;
            _epoch = $"[bold]{progress.Epoch}[/]/{progress.Epochs}";
            _parts = Describe(progress.Reconstruction, progress.Kl, progress.Anchor, progress.Beta);
            _speed = $"[grey]{progress.UsersPerSecond:#,0} users/s[/]";
            Describe();
        }

        private protected override void Show(EpochMetrics metrics, TimeSpan left)
        {
            _left = $"[grey]{Readable.Clock(left)} left[/]";
            if (metrics is { Validation: double value, Best: true })
                _validation = $"[green]{_settings.ValidationMetric} {value:0.0000}[/] @ {metrics.Epoch}";
            Describe();
        }

        private void Describe() => _task!.Description = Fit(
            Terminal.Messages.Profile.Width - BarWidth - 2, (_epoch, 0), (_parts, 3), (_validation, 2), (_speed, 4), (_left, 1));
    }
}
