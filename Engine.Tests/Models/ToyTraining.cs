using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Training;

namespace ManualVae.Tests.Models;

/// <summary>Whole updates of a small model, from loading a batch to Adam.</summary>
internal static class ToyTraining
{
    /// <summary>One update for each batch of rows; then all weights and their moments.</summary>
    public static double[] Weights(Autoencoder model, CsrMatrix clicks, int[][] batches)
    {
        var optimizer = new AdamOptimizer(model.Backend, [.. model.Moved.Select(p => p.Moved)], 1e-2);
        using var batch = model.Backend.AllocateBatch(
            clicks.Rows, clicks.Columns, SparseBatch.LargestBatch(clicks.Rows, clicks));
        foreach (int[] rows in batches)
        {
            uint update = (uint)optimizer.Step;
            batch.Load(clicks, rows);
            optimizer.Begin();
            model.Forward(batch, model.TrainingMask(3, update), new(3, update, RandomPurpose.LatentNoise));
            model.Backward(batch, new Objective(0.2));
            optimizer.End();
            model.EndStep();
        }
        return [.. model.Parameters.All.SelectMany(p => (Tensor[])[p.Value, p.FirstMoment, p.SecondMoment])
            .Where(tensor => !tensor.IsNone).SelectMany(tensor => model.Backend.Values(tensor))];
    }
}
