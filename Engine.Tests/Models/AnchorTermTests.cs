using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using Xunit;

namespace ManualVae.Tests.Models;

/// <summary>The anchor term taken apart: parts, weights of items, several anchors an item.</summary>
public sealed class AnchorTermTests
{
    /// <summary>
    /// One user, K = 1, mu = 2, sigma^2 = 3, two clicks, of which the anchors lie at 1 and 4. Item weights 1/3 and 1/5 are shares
    /// of 5/8 and 3/8.
    /// </summary>
    /// <param name="simd">Where.</param>
    /// <param name="part">Which part counts.</param>
    /// <param name="weighted">With item weights.</param>
    /// <param name="loss">By hand.</param>
    /// <param name="dMean">2 (mu - centroid) or 0.</param>
    /// <param name="dLogVariance">sigma^2 or 0.</param>
    /// <param name="dFirst">2 w (1 - 2).</param>
    /// <param name="dSecond">2 w (4 - 2).</param>
    [Theory]
    [InlineData(false, AnchorPart.Both, false, 2.5 + 3, -1, 3, -1, 2)]
    [InlineData(false, AnchorPart.Mean, false, 2.5, -1, 0, -1, 2)]
    [InlineData(false, AnchorPart.Variance, false, 3, 0, 3, 0, 0)]
    [InlineData(false, AnchorPart.Mean, true, 2.125, -0.25, 0, -1.25, 1.5)]
    [InlineData(true, AnchorPart.Both, false, 2.5 + 3, -1, 3, -1, 2)]
    [InlineData(true, AnchorPart.Mean, false, 2.5, -1, 0, -1, 2)]
    [InlineData(true, AnchorPart.Variance, false, 3, 0, 3, 0, 0)]
    [InlineData(true, AnchorPart.Mean, true, 2.125, -0.25, 0, -1.25, 1.5)]
    public void Each_part_is_worked_out_by_hand(
        bool simd, AnchorPart part, bool weighted, double loss, double dMean, double dLogVariance, double dFirst, double dSecond)
    {
        using IBackend backend = simd ? new SimdBackend(1) : new ReferenceBackend();
        var term = new AnchorTerm(AnchorForm.ClosedForm, part);
        if (weighted)
            term = term with { ItemWeights = Of(backend, 2, 1, 1 / 3.0, 1 / 5.0), UserWeights = backend.Allocate(1, 1) };
        var found = Run(backend, term, Of(backend, 2, 1, 1, 4));
        double tolerance = simd ? 1e-6 : 1e-14;
        Assert.Equal(loss, found.Loss, tolerance);
        Assert.Equal(dMean, found.DPosterior[0], tolerance);
        Assert.Equal(dLogVariance, found.DPosterior[1], tolerance);
        Assert.Equal([dFirst, dSecond], found.DAnchors, (a, b) => Math.Abs(a - b) <= tolerance);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_click_counts_with_the_nearest_of_its_items_anchors(bool simd)
    {
        // mu = 2: item 0 has 1 and 2.5, of which 2.5 is nearer; item 1 has 4 and -3. A tie goes to the first.
        using IBackend backend = simd ? new SimdBackend(1) : new ReferenceBackend();
        var term = new AnchorTerm(AnchorForm.ClosedForm, AnchorPart.Mean, PerItem: 2);
        var found = Run(backend, term, Of(backend, 2, 2, 1, 2.5, 4, -3));
        Assert.Equal((0.25 + 4) / 2, found.Loss, 1e-6);
        Assert.Equal(2 * (2 - 3.25), found.DPosterior[0], 1e-6);
        Assert.Equal([0, 0.5, 2, 0], found.DAnchors, (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([1, 0, 2, 0], Run(backend, term, Of(backend, 2, 2, 3, 1, 4, 0)).DAnchors);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_a_codebook_a_user_counts_with_the_nearest_code_once(bool simd)
    {
        // mu = 2 and codes at -1, 2.5 and 4, whatever the two clicks are.
        using IBackend backend = simd ? new SimdBackend(1) : new ReferenceBackend();
        var term = new AnchorTerm(AnchorForm.ClosedForm, PerItem: 3, IsCodebook: true);
        var found = Run(backend, term, Of(backend, 3, 1, -1, 2.5, 4));
        Assert.Equal(0.25 + 3, found.Loss, 1e-6);
        Assert.Equal([-1, 3], found.DPosterior, (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([0, 1, 0], found.DAnchors, (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Rarity_is_the_inverse_of_smoothed_clicks()
    {
        // Mean 4/3 clicks: 1 / (1 + 4/3), 1 / (3 + 4/3), 1 / (4/3).
        Assert.Equal([3 / 7.0, 3 / 13.0, 3 / 4.0], Autoencoder.Rarity([1, 3, 0]), (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.Equal([1.0, 1.0], Autoencoder.Rarity([0, 0]));
        Assert.Empty(Autoencoder.Rarity([]));
    }

    [Fact]
    public void Equal_clicks_weigh_as_if_there_were_no_weights()
    {
        var clicks = ToyClicks.Random(6, 13);
        double[] Losses(AnchorWeighting weighting)
        {
            var settings = new AutoencoderSettings { Hidden = [7], Latent = 3, Anchors = true, AnchorWeighting = weighting };
            using var model = new Autoencoder(new ReferenceBackend(), settings, 13, 6, seed: 5);
            model.WeightAnchorsBy([.. Enumerable.Repeat(4, 13)]);
            var batch = ToyClicks.Batch(model.Backend, clicks);
            model.Forward(batch, InputMask.Clean, noise: null);
            model.Loss(batch, new(0.2, 1));
            return model.AnchorLosses.ToArray();
        }
        Assert.Equal(Losses(AnchorWeighting.Uniform), Losses(AnchorWeighting.Rarity), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Impossible_terms_are_refused_by_name()
    {
        void Refused(string message, AutoencoderSettings settings) =>
            Assert.Contains(message, Assert.Throws<InputException>(settings.Validate).Message, StringComparison.Ordinal);
        Refused("AnchorsPerItem is 0", new() { AnchorsPerItem = 0 });
        Refused("AnchorCodebook is 8: codes belong to no item", new() { AnchorCodebook = 8, AnchorsPerItem = 2 });
        Refused("AnchorPart mean and variance need AnchorForm closed-form",
            new() { Anchors = true, AnchorPart = AnchorPart.Mean, AnchorForm = AnchorForm.Sampled });
    }

    private static (double Loss, double[] DPosterior, double[] DAnchors) Run(IBackend backend, AnchorTerm term, Tensor anchors)
    {
        var batch = ToyClicks.Batch(backend, CsrMatrix.FromPairs(1, 2, [(0, 0), (0, 1)]));
        Tensor posterior = Of(backend, 1, 2, 2, Math.Log(3)), dPosterior = backend.Allocate(1, 2);
        Tensor centroids = backend.Allocate(1, 1), loss = backend.Allocate(1, 1), none = default;
        var parameter = new Parameter("anchors", anchors, backend.Allocate(anchors.Rows, anchors.Columns), none, none);
        backend.AnchorForward(term, batch, parameter, posterior, none, centroids, loss);
        backend.AnchorBackward(term, batch, parameter, posterior, none, centroids, rowScale: none, dPosterior, dz: none);
        return (backend.Values(loss)[0], backend.Values(dPosterior), backend.Values(parameter.Gradient));
    }

    private static Tensor Of(IBackend backend, int rows, int columns, params double[] values)
    {
        var tensor = backend.Allocate(rows, columns);
        backend.Upload(values, tensor);
        return tensor;
    }
}
