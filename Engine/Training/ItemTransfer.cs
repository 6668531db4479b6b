using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ManualVae.Training;

/// <summary>
/// Carries weights and moments to a model of other items: known items by id, the rest as it is. New items start near known ones
/// (<see cref="NewItems"/>), their moments at zero; items that are gone are dropped.
/// </summary>
internal sealed class ItemTransfer
{
    private readonly IBackend _backend;
    private readonly int[] _columns; // of each known item, or -1
    private readonly NewItems _new;
    private readonly IReadOnlyDictionary<string, ItemDimension> _dimensions;
    private readonly bool _popularityInBias;
    private double[][] _sums = [];

    /// <summary>Prepares the transfer.</summary>
    /// <param name="model">The model to carry to.</param>
    /// <param name="known">The known item of each of its columns, or -1 for a new one.</param>
    /// <param name="knownItems">Number of known items.</param>
    /// <param name="train">Its training clicks.</param>
    public ItemTransfer(Autoencoder model, ReadOnlySpan<int> known, int knownItems, CsrMatrix train)
    {
        _backend = model.Backend;
        _columns = new int[knownItems];
        Array.Fill(_columns, -1);
        for (int column = 0; column < known.Length; column++)
            if (known[column] >= 0) _columns[known[column]] = column;
        _new = new NewItems(train, known, knownItems);
        _dimensions = ItemDimensions.Of(model.Settings, model.Backend);
        _popularityInBias = model.Likelihood.Kind != LikelihoodKind.Gaussian;
    }

    /// <summary>The shape of a parameter in the older model.</summary>
    public ParameterShape Stored(Parameter parameter) => _dimensions[parameter.Name] switch
    {
        ItemDimension.Rows => new(parameter.Name, _columns.Length, parameter.Value.Columns),
        ItemDimension.Columns => new(parameter.Name, parameter.Value.Rows, _columns.Length),
        _ => ParameterShape.Of(parameter),
    };

    /// <summary>Takes the next rows of a tensor, which come in order.</summary>
    /// <param name="stored">The older model's parameter.</param>
    /// <param name="first">The first of the rows.</param>
    /// <param name="values">Their elements.</param>
    /// <param name="target">The whole tensor to fill.</param>
    /// <param name="isMoment">It is a moment of Adam's.</param>
    public void Place(ParameterShape stored, int first, ReadOnlySpan<double> values, Tensor target, bool isMoment)
    {
        int rows = values.Length / stored.Columns;
        switch (_dimensions[stored.Name])
        {
            case ItemDimension.Rows:
                for (int row = 0; row < rows; row++)
                    PlaceItem(first + row, values.Slice(row * stored.Columns, stored.Columns), target, isMoment);
                break;
            case ItemDimension.Columns:
                for (int row = 0; row < rows; row++)
                    PlaceAcross(values.Slice(row * stored.Columns, stored.Columns), target.Slice(first + row, 1), isMoment);
                break;
            default:
                _backend.Upload(values, target.Slice(first, rows));
                break;
        }
    }

    // The vector of one item.
    private void PlaceItem(int item, ReadOnlySpan<double> vector, Tensor target, bool isMoment)
    {
        if (_columns[item] >= 0) _backend.Upload(vector, target.Slice(_columns[item], 1));
        if (isMoment) return;
        if (item == 0) _sums = [.. _new.Starts.Select(_ => new double[target.Columns])];
        foreach (var (start, weight) in _new.StartedBy(item))
            TensorPrimitives.MultiplyAdd(vector, weight, _sums[start], _sums[start]);
        if (item < _columns.Length - 1) return;
        foreach (var (columns, sum) in _new.Starts.Zip(_sums))
            foreach (int column in columns) _backend.Upload(sum, target.Slice(column, 1));
        _sums = [];
    }

    // One value of every item: the output bias.
    private void PlaceAcross(ReadOnlySpan<double> values, Tensor target, bool isMoment)
    {
        var moved = new double[target.Columns];
        var sums = new double[_new.Starts.Count];
        for (int item = 0; item < values.Length; item++)
        {
            int known = _columns[item];
            if (known < 0) continue;
            moved[known] = values[item];
            foreach (var (start, weight) in _new.StartedBy(item)) sums[start] += weight * (values[item] - LogPopularity(known));
        }
        if (!isMoment)
            foreach (var (columns, sum) in _new.Starts.Zip(sums))
                foreach (int column in columns) moved[column] = sum + LogPopularity(column);
        _backend.Upload(moved, target);
    }

    // Logits are log probabilities, up to a constant of the user: an item of half the clicks lies log 2 lower.
    private double LogPopularity(int column) => _popularityInBias ? Math.Log(_new.Clicks[column] + 0.5) : 0;
}
