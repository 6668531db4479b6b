using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models.Baselines;

namespace ManualVae.Models;

/// <summary>
/// A linear item-item model beside the decoder, as in VASP (Vančura and Kordík 2021, section 3): logits += scale x_h B. B has a
/// zero diagonal, so that no click explains itself. Low rank: x_h are the clicks that the mask keeps, divided by the probability
/// of keeping; B starts at zero, so the first step is that of the model without it. EASE: x_h are all clicks.
/// </summary>
internal sealed class LinearPath
{
    /// <summary>Names of EASE's weights [I, I] and of the diagonal of its inverse [1, I], constant in checkpoints.</summary>
    private const string Weights = "linear.weight", Diagonal = "linear.diagonal";

    private readonly IBackend _backend;
    private readonly Parameter _in; // P [I, r]; of EASE B [I, I]
    private readonly Parameter? _out; // Q [I, r]
    private readonly Parameter? _diagonal;
    private readonly double _scale;
    private readonly Tensor _sum, _code, _dCode;

    /// <summary>Declares the parameters.</summary>
    public LinearPath(MemoryScope memory, ParameterBlock parameters, AutoencoderSettings settings, int items, int maxRows)
    {
        (_backend, _scale) = (memory.Backend, settings.LinearScale);
        _sum = memory.Allocate(maxRows, items);
        if (settings.LinearPath == LinearPathKind.Ease)
        {
            parameters.KeepConstant(Weights);
            parameters.KeepConstant(Diagonal);
            _in = parameters.Declare(Weights, items, items, Initialiser.Zero);
            _diagonal = parameters.Declare(Diagonal, 1, items, Initialiser.Zero);
            return;
        }
        int rank = settings.LinearRank;
        _in = parameters.Declare("linear.in", items, rank, Initialiser.GlorotUniform, weightDecay: settings.WeightDecay);
        _out = parameters.Declare("linear.out", items, rank, Initialiser.Zero, weightDecay: settings.WeightDecay);
        (_code, _dCode) = (memory.Allocate(maxRows, rank), memory.Allocate(maxRows, rank));
    }

    /// <summary>Fits EASE; the learned path needs no fit.</summary>
    public void Fit(CsrMatrix train, double lambda, FitMonitor monitor)
    {
        if (_diagonal is null) return;
        var (weights, diagonal) = Ease.Solve(train, lambda, monitor);
        _backend.Upload(weights, _in.Value);
        _backend.Upload(diagonal, _diagonal.Value);
    }

    /// <summary>Adds to the logits [B, I]. The batch's inputs are written anew.</summary>
    /// <param name="batch">Users.</param>
    /// <param name="mask">Mask of the encoder's input.</param>
    /// <param name="logits">Logits.</param>
    /// <param name="training">The users are those that EASE was fitted to.</param>
    public void Forward(SparseBatch batch, InputMask mask, Tensor logits, bool training)
    {
        double scale = Encode(batch, mask);
        var sum = _sum.Top(batch.Rows);
        if (_out is null)
        {
            _backend.SparseLinearForward(batch, _in, bias: null, Activation.Identity, sum);
            if (training) _backend.LeaveUsersOut(batch, _diagonal!.Value, sum);
        }
        else
        {
            var code = _code.Top(batch.Rows);
            _backend.SparseLinearForward(batch, _in, bias: null, Activation.Identity, code);
            _backend.LinearForward(code, _out, bias: null, Activation.Identity, sum);
            _backend.SelfTermForward(batch, _in, _out, sum);
        }
        _backend.Add(sum, scale, logits);
    }

    /// <summary>Adds to the gradients of P and Q; EASE has none. The batch's inputs are written anew.</summary>
    /// <param name="batch">That of the last forward pass.</param>
    /// <param name="mask">Its mask.</param>
    /// <param name="dLogits">[B, I].</param>
    public void Backward(SparseBatch batch, InputMask mask, Tensor dLogits)
    {
        if (_out is null || _out.IsFrozen) return;
        double scale = Encode(batch, mask);
        Tensor sum = _sum.Top(batch.Rows), dCode = _dCode.Top(batch.Rows);
        _backend.Fill(sum, 0);
        _backend.Add(dLogits, scale, sum);
        _backend.Fill(dCode, 0);
        _backend.LinearBackward(_code.Top(batch.Rows), _out, bias: null, sum, dCode);
        _backend.SparseLinearBackward(batch, _in, bias: null, dCode);
        _backend.SelfTermBackward(batch, _in, _out, sum);
    }

    /// <summary>Writes the kept clicks (of EASE all) as the batch's inputs; returns the factor of their sums.</summary>
    private double Encode(SparseBatch batch, InputMask mask)
    {
        float keep = mask.Mode == MaskMode.Clean || _out is null ? 1 : mask.KeepProbability;
        _backend.EncodeInputs(batch, mask with { Mode = MaskMode.Plain, KeepProbability = keep });
        return _scale / keep;
    }
}
