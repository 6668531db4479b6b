using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// The output layer by cosines: h and the items' vectors are scaled to rows of lengths 1 / temperature and 1, and meet in the
/// product of the linear layer.
/// </summary>
internal sealed class CosineHead
{
    private readonly IBackend _backend;
    private readonly double _length;
    private readonly Parameter _weight, _unit;
    private readonly Tensor _h, _dh, _norms, _itemNorms;

    /// <summary>Takes memory for both sides at length 1 and their gradients.</summary>
    public CosineHead(MemoryScope memory, Parameter weight, int items, int width, int maxRows, double temperature)
    {
        (_backend, _weight, _length) = (memory.Backend, weight, 1 / temperature);
        (_h, _dh, _norms) = (memory.Allocate(maxRows, width), memory.Allocate(maxRows, width), memory.Allocate(maxRows, 1));
        _itemNorms = memory.Allocate(items, 1);
        _unit = new(
            $"{weight.Name}.unit", memory.Allocate(items, width), memory.Allocate(items, width), default, default);
    }

    /// <summary>Logits [B, I].</summary>
    public void Forward(Tensor h, Parameter bias, Tensor logits)
    {
        var unit = _h.Top(h.Rows);
        _backend.UnitRowsForward(_weight.Value, 1, _unit.Value, _itemNorms);
        _backend.UnitRowsForward(h, _length, unit, _norms.Top(h.Rows));
        _backend.LinearForward(unit, _unit, bias, Activation.Identity, logits);
    }

    /// <summary>For the last forward pass: adds to dh (unless none) and to the gradients of W and b.</summary>
    public void Backward(Parameter bias, Tensor dLogits, Tensor dh)
    {
        int rows = dLogits.Rows;
        var dUnit = dh.IsNone ? default : _dh.Top(rows);
        if (!dh.IsNone) _backend.Fill(dUnit, 0);
        _unit.IsFrozen = _weight.IsFrozen;
        if (!_unit.IsFrozen) _backend.Fill(_unit.Gradient, 0);
        _backend.LinearBackward(_h.Top(rows), _unit, bias, dLogits, dUnit);
        if (!dh.IsNone) _backend.UnitRowsBackward(_h.Top(rows), _length, _norms.Top(rows), dUnit, dh);
        if (!_unit.IsFrozen)
            _backend.UnitRowsBackward(_unit.Value, 1, _itemNorms, _unit.Gradient, _weight.Gradient);
    }
}
