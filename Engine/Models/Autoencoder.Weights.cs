using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models;

// Weights of clicks and of users in the loss.
public sealed partial class Autoencoder
{
    private Likelihood _weighted; // with the weights of the batch of the last forward pass
    private Tensor _emphasis, _userWeights;
    private double _filledScale = double.NaN; // what every row of _rowScale holds; NaN after other values
    private double _userMean; // mean of n^-p over the training users; 0 without user weights

    /// <summary>
    /// From now on losses weigh each user by the user's clicks n to the power -p, divided by the mean of that over the training
    /// users; a user without clicks counts as one of 1. Without <see cref="AutoencoderSettings.UserWeightPower"/> nothing
    /// happens, and a model that was not told its training users weighs all alike.
    /// </summary>
    /// <param name="train">Clicks of the training users.</param>
    public void WeightUsersBy(CsrMatrix train)
    {
        if (Settings.UserWeightPower == 0 || train.Rows == 0) return;
        double sum = 0;
        for (int user = 0; user < train.Rows; user++) sum += PowerOf(train.RowLength(user));
        _userMean = sum / train.Rows;
    }

    private double PowerOf(int clicks) => Math.Pow(Math.Max(1, clicks), -Settings.UserWeightPower);

    private double UserWeight(SparseBatch batch, int row) =>
        _userMean == 0 ? 1 : PowerOf(batch.RowOffsets[row + 1] - batch.RowOffsets[row]) / _userMean;

    /// <summary>
    /// The weights of a batch whose input is masked: of dropped clicks a c, of kept ones c, with c = 1 / (d a + 1 - d) and d the
    /// probability of a drop, so that the mean weight of a click is 1.
    /// </summary>
    private void WeighLoss(SparseBatch batch, InputMask mask)
    {
        _weighted = Likelihood;
        if (!Settings.WeighsLoss) return;
        if (Settings.Emphasis != 1 && mask.Mode != MaskMode.Clean && mask.KeepProbability < 1)
        {
            if (_emphasis.IsNone || _emphasis.Columns < batch.MaxEntries) _emphasis = _memory.Allocate(1, batch.MaxEntries);
            double dropped = 1 - mask.KeepProbability, kept = 1 / (dropped * Settings.Emphasis + 1 - dropped);
            Backend.DropEmphasis(batch, kept * Settings.Emphasis, kept, _emphasis);
            _weighted = _weighted with { Emphasis = _emphasis };
        }
        if (_userMean == 0) return;
        if (_userWeights.IsNone) _userWeights = _memory.Allocate(_rowScale.Rows, 1);
        UploadRowScale(batch, 1, false, _userWeights.Top(batch.Rows));
        _weighted = _weighted with { UserWeights = _userWeights };
    }

    private void UploadRowScale(SparseBatch batch, double scale, bool perClick, Tensor rowScale)
    {
        for (int row = 0; row < batch.Rows; row++)
            _hostScale[row] = (float)(scale * (perClick ? KlWeight(batch, row) : 1) * UserWeight(batch, row));
        Backend.Upload(_hostScale.AsSpan(0, batch.Rows), rowScale);
        _filledScale = double.NaN;
    }

    // Beta and the batch's size are the same in most steps, so the factor of all rows is too.
    private void FillRowScale(double factor)
    {
        if (_filledScale != factor) Backend.Fill(_rowScale, factor);
        _filledScale = factor;
    }
}
