namespace ManualVae.Models.Baselines;

/// <summary>Settings of NCF's GMF and MLP; the defaults are those of He et al. 2017 for 8 predictive factors.</summary>
/// <param name="Factors">F, predictive factors. The MLP's widths are 8F (its input), 4F, 2F, F.</param>
/// <param name="Epochs">Passes over the clicks.</param>
/// <param name="BatchSize">Clicks and negatives a batch.</param>
/// <param name="LearningRate">Adam's.</param>
/// <param name="Negatives">Negatives drawn for each click, anew in each epoch.</param>
/// <param name="Seed">Seed of the start, the order and the negatives.</param>
public sealed record NcfSettings(
    int Factors = 8, int Epochs = 20, int BatchSize = 256, double LearningRate = 1e-3, int Negatives = 4, ulong Seed = 1);

/// <summary>Settings of NCF's NeuMF; the defaults are those of He et al. 2017 for 8 predictive factors.</summary>
/// <param name="Factors">F, predictive factors: the product has F, the MLP's widths are 8F (its input), 4F, 2F, F.</param>
/// <param name="Epochs">Passes over the clicks.</param>
/// <param name="BatchSize">Clicks and negatives a batch.</param>
/// <param name="LearningRate">Adam's; with pre-training, that of plain gradient descent.</param>
/// <param name="Negatives">Negatives drawn for each click, anew in each epoch.</param>
/// <param name="Pretrain">
/// Fit GMF and MLP first, start from both, and go on by plain gradient descent (their section 3.4.1).
/// </param>
/// <param name="GmfEpochs">Passes of the GMF that NeuMF starts from.</param>
/// <param name="MlpEpochs">Passes of the MLP that NeuMF starts from.</param>
/// <param name="Seed">Seed of the start, the order and the negatives.</param>
public sealed record NeuMfSettings(
    int Factors = 8, int Epochs = 20, int BatchSize = 256, double LearningRate = 1e-3, int Negatives = 4,
    bool Pretrain = false, int GmfEpochs = 20, int MlpEpochs = 20, ulong Seed = 1)
{
    /// <summary>Those of the model itself, or of a part that it starts from.</summary>
    internal NcfSettings Of(int epochs) => new(Factors, epochs, BatchSize, LearningRate, Negatives, Seed);
}
