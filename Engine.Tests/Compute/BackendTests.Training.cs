using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Tests.Models;
using Xunit;

namespace ManualVae.Tests.Compute;

// Whole updates, from loading a batch to Adam.
public abstract partial class BackendTests
{
    /// <summary>
    /// Updates of a small Mult-VAE on batches of different sizes, from loading to Adam, fused where the backend does that: the
    /// same weights as on the reference, which does not, and the same bits when repeated. One user and some items have no clicks.
    /// </summary>
    [DeviceFact]
    public void Training_gives_the_weights_of_the_reference()
    {
        Assert.True(Backend.FusesUpdates);
        var expected = Train(new ReferenceBackend());
        var actual = Train(Backend);
        double largest = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-4 * largest);
        Assert.Equal(actual, Train(Backend));

        double[] Train(IBackend on)
        {
            int users = 9, items = IsEmulated ? 11 : 37;
            var key = new RandomKey(8, 0, RandomPurpose.Study);
            var clicks = CsrMatrix.FromPairs(users, items, [.. from user in Enumerable.Range(0, users)
                from item in Enumerable.Range(0, items)
                where user != 4 && CounterRandom.Uniform(key, (uint)user, (uint)item) < 0.2 select (user, item)]);
            var settings = new AutoencoderSettings { Hidden = [19], Latent = 5, WeightDecay = 0.01 };
            using var model = new Autoencoder(on, settings, items, users, seed: 3, fuse: true);
            Assert.Equal(on.FusesUpdates, model.Parameters.All.Any(parameter => parameter.IsFused));
            return ToyTraining.Weights(model, clicks,
                IsEmulated ? [[0, 4, 8], [4]] : [[0, 1, 2, 3, 4, 5, 6, 7, 8], [4], [8, 2, 5], [1, 4, 3, 0, 6, 7]]);
        }
    }

    /// <summary>
    /// A fused update is the gradient's: rows enough that the inner dimension is divided among groups where the device is small.
    /// </summary>
    [DeviceTheory, InlineData(1), InlineData(300)]
    public void Fused_updates_are_those_of_the_gradient(int rows)
    {
        var (expected, actual) = (Run(new ReferenceBackend(), rows, fused: false), Run(Backend, rows, fused: true));
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5);

        static double[] Run(IBackend on, int rows, bool fused)
        {
            const int inputs = 7, outputs = 5;
            var parameter = new Parameter("w", Random(on, 1, outputs, inputs), fused ? default : on.Allocate(outputs, inputs),
                on.Allocate(outputs, inputs), on.Allocate(outputs, inputs))
            { WeightDecay = 0.1, IsFused = fused };
            var (x, dy) = (Random(on, 2, rows, inputs), Random(on, 3, rows, outputs));
            for (int step = 1; step <= 2; step++)
            {
                parameter.FusedStep = new AdamStep(0.01, step);
                if (!fused) on.Fill(parameter.Gradient, 0);
                on.LinearBackward(x, parameter, null, dy, dx: default);
                if (!fused) on.Adam(parameter, parameter.FusedStep);
            }
            var values = new double[parameter.Value.Length];
            on.Download(parameter.Value, values);
            return values;
        }
    }
}
