using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models.Sampling;
using static ManualVae.Data.InputException;

namespace ManualVae.Models;

// Training on the batch's items and drawn negatives.
public sealed partial class Autoencoder
{
    /// <summary>Begin of the names of each row's last update, constant in checkpoints.</summary>
    private const string Updates = "updates.";

    private readonly SampledStep? _step;
    private readonly Dictionary<Parameter, Tensor> _spread = []; // gradients of parameters that steps see by rows

    /// <summary>
    /// From now on negatives are drawn by the items' training clicks, as <see cref="AutoencoderSettings.NegativesPower"/> says; a
    /// model that was not told them draws all items alike. Without <see cref="OutputForm.Sampled"/> nothing happens.
    /// </summary>
    /// <param name="clicks">Training clicks of each item.</param>
    public void DrawNegativesBy(ReadOnlySpan<int> clicks) => _step?.DrawBy(clicks);

    /// <summary>The step under way on sampled columns; null for a model of other forms.</summary>
    internal SampledStep? SampledStep => _step;

    /// <summary>
    /// What an optimiser moves, of all parameters that are not constant: where steps see some rows of a parameter only, a copy of
    /// these rows. After each update <see cref="EndStep"/> puts them back.
    /// </summary>
    public IEnumerable<(Parameter Moved, UpdatedParts Part)> Moved => Parameters.All.Where(p => !p.IsConstant)
        .Select(p => (_step?.Windows.FirstOrDefault(w => ReferenceEquals(w.Source, p))?.Rows ?? p, PartOf(p)));

    /// <summary>
    /// The gradient of a parameter in its whole shape, for checks. Where steps see some rows only, it is as of the last
    /// <see cref="SpreadGradients"/>.
    /// </summary>
    internal Tensor WholeGradient(Parameter parameter)
    {
        if (_step?.Windows.Any(w => ReferenceEquals(w.Source, parameter)) != true) return parameter.Gradient;
        if (!_spread.TryGetValue(parameter, out var gradient))
            _spread[parameter] = gradient = _memory.Allocate(parameter.Value.Rows, parameter.Value.Columns);
        return gradient;
    }

    /// <summary>Brings <see cref="WholeGradient"/> up to date after a backward pass whose updates are not fused.</summary>
    internal void SpreadGradients()
    {
        foreach (var (parameter, gradient) in _spread)
            _step!.SpreadGradient(_step.Windows.First(w => ReferenceEquals(w.Source, parameter)), gradient);
    }

    /// <summary>Ends a step: rows that the optimiser moved go back to their parameters.</summary>
    public void EndStep() => _step?.End();

    /// <summary>
    /// Makes up for Adam's updates of rows at rest (<see cref="LazyAdamKind.Exact"/>), before anything but a step reads them.
    /// </summary>
    public void SettleRows()
    {
        _step?.First.Settle();
        _step?.Last.Settle();
    }

    /// <summary>Goes on after updates of an encoder and a decoder since rows were settled.</summary>
    internal void GoOnAfter(IEnumerable<AdamStep> encoder, IEnumerable<AdamStep> decoder)
    {
        _step?.First.GoOnAfter(encoder);
        _step?.Last.GoOnAfter(decoder);
    }

    /// <summary>Counts what steps take beside the model, where <see cref="OutputForm.Sampled"/> says so.</summary>
    internal void CountStep(int users, CsrMatrix train) => _step?.Count(users, train);

    private OutputForm FormOf(int maxRows, int width, bool training, bool fuse) =>
        Settings.AddsToLogits ? OutputForm.Whole
        : !training && maxRows > Ranking.RowsAtOnce(ItemCount) ? OutputForm.Blocks
        : !fuse ? OutputForm.Whole
        : Settings.Negatives > 0 ? OutputForm.Sampled
        : OutputForms.Cheapest(Settings.Likelihood, maxRows, width,
            dense: Settings.WeighsLoss || Settings.OutputHead != OutputHead.Linear || Backend.Ranks.Size > 1);

    // Also in models of other forms: a checkpoint has them.
    private (Parameter First, Parameter Last)? DeclareUpdated()
    {
        if (Settings.Negatives == 0 || Settings.LazyAdam != LazyAdamKind.Exact) return null;
        Parameters.KeepConstant(Updates);
        Parameter Declare(string layer) =>
            Parameters.Declare($"{Updates}{layer}", ItemCount, 1, Initialiser.Zero, items: ItemAxis.Rows);
        return (Declare("first"), Declare("last"));
    }

    private SampledStep StepOf(bool fuse, (Parameter First, Parameter Last)? updated)
    {
        if (Backend.MemoryLimit is not null)
        {
            SettingName negatives = Setting(nameof(Settings.Negatives)), device = Setting("Device");
            throw About($"{negatives} is {Settings.Negatives}: it needs {device} simd; there are no kernels of it for others.");
        }
        var step = new SampledStep(_memory, ItemCount, Settings, fuse && Backend.FusesUpdates, updated);
        var first = Encoder switch
        {
            MlpEncoder mlp => mlp.Input,
            RecVaeEncoder recVae => recVae.Input,
            _ => throw new ArgumentException("Sampled steps know the encoders mlp and recvae."),
        };
        first.MoveByRows(Parameters, step);
        return step;
    }
}
