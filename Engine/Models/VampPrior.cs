using ManualVae.Compute;
using ManualVae.Data;
using static ManualVae.Data.InputException;

namespace ManualVae.Models;

/// <summary>
/// VampPrior (Tomczak and Welling 2018): p(z) = (1/P) sum_p q(z | u_p), the encoder's own posteriors at P learned pseudo-inputs
/// u_p, clamped to [0, 1]. The KL is estimated by the one sample z: log q(z|x) - log p(z).
/// </summary>
/// <remarks>
/// The pseudo-inputs go through a second instance of the encoder that shares its weights (and has memory of its own), as a batch
/// of P rows that hold every item: any encoder will do, and no users x items array exists.
/// </remarks>
public sealed class VampPrior : IPrior
{
    private readonly IBackend _backend;
    private readonly IInputDifferentiable _encoder;
    private readonly Parameter _pseudoInputs;
    private readonly SparseBatch? _batch; // null in a counting scope
    private readonly Tensor _identity, _inputs, _dInputs, _logDensity, _responsibilities, _negativeScale;

    /// <summary>Declares <c>prior.pseudo-inputs</c> [I, P].</summary>
    /// <param name="memory">Where it lives.</param>
    /// <param name="parameters">Block that receives the pseudo-inputs.</param>
    /// <param name="encoder">An encoder of its own for batches of P rows, sharing the model's weights.</param>
    /// <param name="items">Number of items.</param>
    /// <param name="pseudoInputs">P.</param>
    /// <param name="maxRows">Largest batch.</param>
    public VampPrior(
        MemoryScope memory, ParameterBlock parameters, IInputDifferentiable encoder, int items, int pseudoInputs, int maxRows)
    {
        (_backend, _encoder) = (memory.Backend, encoder);
        int most = Array.MaxLength / items;
        var setting = Setting(nameof(AutoencoderSettings.PseudoInputs));
        if (pseudoInputs > most) throw About($"{setting} is {pseudoInputs}; with {items} items it must be at most {most}.");
        _pseudoInputs = parameters.Declare(
            "prior.pseudo-inputs", items, pseudoInputs, Initialiser.PseudoInput, items: ItemAxis.Rows);
        int own = _backend.OwnItems(items).Count;
        _identity = memory.Allocate(pseudoInputs, pseudoInputs);
        _inputs = memory.Allocate(pseudoInputs, own);
        _dInputs = memory.Allocate(pseudoInputs, own);
        _logDensity = memory.Allocate(maxRows, 1);
        _responsibilities = memory.Allocate(maxRows, pseudoInputs);
        _negativeScale = memory.Allocate(maxRows, 1);
        if (memory.IsCounting)
        {
            memory.CountBatch(pseudoInputs, items, pseudoInputs * own);
            return;
        }
        for (int p = 0; p < pseudoInputs; p++) _backend.Fill(_identity.View(p * (pseudoInputs + 1L), 1, 1), 1);
        _batch = memory.AllocateBatch(pseudoInputs, items, pseudoInputs * own);
        // One user who clicked everything, P times over: only the structure is used, the values are the pseudo-inputs.
        _batch.Load(new CsrMatrix(items, [0, items], [.. Enumerable.Range(0, items)]), new int[pseudoInputs]);
    }

    /// <inheritdoc/>
    public void Forward(SparseBatch batch, Tensor posterior, Tensor z, Tensor loss)
    {
        var logDensity = _logDensity.Top(z.Rows);
        _backend.LinearForward(_identity, _pseudoInputs, null, Activation.UnitClamp, _inputs);
        _backend.Copy(_inputs, _batch!.Inputs.View(0, _inputs.Rows, _inputs.Columns));
        _backend.MixtureLogDensityForward(z, _encoder.Forward(_batch, noise: default), logDensity, _responsibilities.Top(z.Rows));
        _backend.GaussianLogDensityForward(z, posterior, loss);
        _backend.Add(logDensity, -1, loss);
    }

    /// <inheritdoc/>
    public void Backward(SparseBatch batch, Tensor posterior, Tensor z, Tensor rowScale, Tensor dPosterior, Tensor dz)
    {
        int pseudoInputs = _inputs.Rows;
        var negative = _negativeScale.Top(z.Rows);
        _backend.Fill(negative, 0);
        _backend.Add(rowScale, -1, negative);
        _encoder.ZeroOutputGradient(pseudoInputs);
        _backend.GaussianLogDensityBackward(z, posterior, rowScale, dz, dPosterior);
        _backend.MixtureLogDensityBackward(
            z, _encoder.Output(pseudoInputs), _responsibilities.Top(z.Rows), negative, dz, _encoder.OutputGradient(pseudoInputs));
        _encoder.Backward(_batch!);
        _backend.Fill(_dInputs, 0);
        _encoder.InputGradient(_dInputs);
        _backend.ActivationBackward(Activation.UnitClamp, _inputs, _dInputs);
        _backend.LinearBackward(_identity, _pseudoInputs, null, _dInputs, dx: default);
    }
}
