using ManualVae.Compute;
using ManualVae.Models;

namespace ManualVae.Study;

/// <summary>Random draws of the studies. Each kind of draw has its own step of the random key.</summary>
internal static class StudyDraw
{
    public const uint Users = 1, Pairs = 2, Noise = 3, Shuffle = 4, Bootstrap = 5, Aggregate = 6, Layout = 7, Overlap = 8,
        Duplicates = 9, Cuts = 10, Spectral = 12;

    /// <summary>Sources and cuts of the cohorts; the next number: their pairs.</summary>
    public const uint Cohorts = 20;

    /// <summary>Draws of masks and of per-user noise count from here.</summary>
    public const uint Masks = 1000;

    /// <summary>What the encoder sees in a draw of masks as in training.</summary>
    public static InputMask Mask(Autoencoder model, ulong seed, int draw) => model.TrainingMask(seed, Masks + (uint)draw);

    /// <summary>The inputs of a study: so many masks as in training, or the clean input once.</summary>
    public static InputMask[] Inputs(Autoencoder model, bool masked, int draws, ulong seed) => masked
        ? [.. Enumerable.Range(0, draws).Select(draw => Mask(model, seed, draw))] : [model.CleanInput];

    /// <summary>
    /// Moves a random choice of values to the front of a list, the first steps of Fisher and Yates. Streams are independent.
    /// </summary>
    public static void Choose<T>(IList<T> values, int count, RandomKey key, uint stream = 0)
    {
        for (int i = 0; i < count; i++)
        {
            int j = i + CounterRandom.Below(key, stream, (uint)i, values.Count - i);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }
}
