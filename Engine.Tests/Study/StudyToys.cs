using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Study;
using ManualVae.Tests.Models;

namespace ManualVae.Tests.Study;

/// <summary>Small models and populations for the studies' tests.</summary>
internal static class StudyToys
{
    public static AutoencoderSettings Settings(params int[] hidden) => new() { Hidden = hidden, Latent = 3 };

    public static Autoencoder Model(
        AutoencoderSettings settings, int items, int rows = 64, bool training = false, double spread = 1) =>
        Spread(new(new ReferenceBackend(), settings, items, rows, seed: 5, training), spread);

    /// <summary>A toy of the library, in double precision.</summary>
    public static StudyToy Toy(string name, double spread = StudyToyCatalogue.Spread) =>
        StudyToyCatalogue.Make(name, new ReferenceBackend(), spread);

    /// <summary>All users of <see cref="TwoGroups"/>.</summary>
    public static Population Population(int users, int items) =>
        ManualVae.Study.Population.Sample(TwoGroups(users, items), users, 1);

    /// <summary>Users of two groups with a few items in common; group 0 are the even users.</summary>
    public static CsrMatrix TwoGroups(int users, int items, double own = 0.6, double other = 0.1)
    {
        var key = new RandomKey(17, 0, RandomPurpose.Study);
        var pairs = new List<(int, int)>();
        for (int user = 0; user < users; user++)
            for (int item = 0; item < items; item++)
            {
                double probability = item == user % items ? 1 : item * 2 / items == user % 2 ? own : other;
                if (CounterRandom.Uniform(key, (uint)user, (uint)item) < probability) pairs.Add((user, item));
            }
        return CsrMatrix.FromPairs(users, items, pairs);
    }

    /// <summary>A few epochs of plain Adam on all rows.</summary>
    public static Autoencoder Trained(
        AutoencoderSettings settings, CsrMatrix clicks, int steps, double beta, double anchorWeight = 0, double rate = 0.02)
    {
        var model = new Autoencoder(new ReferenceBackend(), settings, clicks.Columns, clicks.Rows, seed: 5);
        var batch = ToyClicks.Batch(model.Backend, clicks);
        for (uint step = 0; step < steps; step++)
        {
            model.Parameters.ZeroGradients();
            model.Forward(batch, model.TrainingMask(3, step), new(3, step, RandomPurpose.LatentNoise));
            model.Backward(batch, new Objective(beta, anchorWeight));
            foreach (var parameter in model.Parameters.All) model.Backend.Adam(parameter, new AdamStep(rate, step + 1));
        }
        return model;
    }

    /// <summary>Standard normal numbers.</summary>
    public static double[] Normal(int count, ulong seed, uint step = 1) =>
        [.. Enumerable.Range(0, count).Select(i => CounterRandom.Normal(new(seed, step, RandomPurpose.Study), 0, (uint)i))];

    public static double[] Host(IBackend backend, Tensor tensor)
    {
        var values = new double[tensor.Length];
        backend.Download(tensor, values);
        return values;
    }

    private static Autoencoder Spread(Autoencoder model, double factor)
    {
        foreach (var parameter in model.Parameters.All)
            if (factor != 1)
                model.Backend.Upload([.. Host(model.Backend, parameter.Value).Select(w => w * factor)], parameter.Value);
        return model;
    }
}
