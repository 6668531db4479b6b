using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Study;

/// <summary>
/// Two users, three items a, b, c, one latent dimension, a linear decoder that hardly knows the users: it predicts b, the
/// popular item, to everybody. u clicked a, v clicked a and b. The exponentials of the logits are (e^z, 3, 1). u's code is
/// log(4/3) and v's 0, so that pi_u = (4, 9, 3) / 16 and pi_v = (1, 3, 1) / 5.
/// </summary>
/// <remarks>Worked through in docs/worked-examples.md: v lies inside the sharing radius of u, u outside that of v.</remarks>
internal static class TwoUserToy
{
    /// <summary>Standard deviation of both posteriors: nearly points, so that sampling changes no digit that is shown.</summary>
    private const double Sigma = 1e-4;

    public static StudyToy Make(IBackend backend, int rows)
    {
        var clicks = CsrMatrix.FromPairs(2, 3, [(0, 0), (1, 0), (1, 1)]);
        var toy = new StudyToy(backend, new() { Hidden = [], Latent = 1 }, clicks, ["u", "v"], ["a", "b", "c"], rows);
        // Columns: mu, log sigma^2. The clicks of v weigh 1 / sqrt(2) each and cancel.
        double code = Math.Log(4.0 / 3);
        toy.Set("encoder.0.weight", code, 0, -code, 0, 0, 0);
        toy.Set("encoder.0.bias", 0, 2 * Math.Log(Sigma));
        toy.Set("decoder.0.weight", 1, 0, 0);
        toy.Set("decoder.0.bias", 0, Math.Log(3), 0);
        return toy;
    }
}
