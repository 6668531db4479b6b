using System.Diagnostics;
using System.Numerics;

namespace ManualVae.Compute.Simd;

// Layer normalisation: rows by row, the gradients of gain and bias by column.
public sealed unsafe partial class SimdBackend
{
    /// <inheritdoc/>
    public void LayerNormForward(Tensor x, Parameter gain, Parameter bias, double epsilon, Tensor y, Tensor saved)
    {
        Debug.Assert(saved.Rows == x.Rows && saved.Columns == 2 && gain.Value.Length == x.Columns);
        ForRows(x.Rows, RowGrain(x.Columns), (x, gain.Value, bias.Value, epsilon, y, saved),
            static (in (Tensor X, Tensor Gain, Tensor Bias, double Epsilon, Tensor Y, Tensor Saved) s, int row) =>
            {
                float* x = s.X.Row(row);
                int n = s.X.Columns;
                double mean = Elementwise.Sum(default(Identity), n, x) / n;
                double variance = Elementwise.Sum(new CentredSquare((float)mean), n, x) / n;
                var (m, r) = ((float)mean, (float)(1 / Math.Sqrt(variance + s.Epsilon)));
                (s.Saved.Row(row)[0], s.Saved.Row(row)[1]) = (m, r);
                Elementwise.Apply(new Normalise(m, r), n, s.Y.Row(row), x, s.Gain.Pointer(), s.Bias.Pointer());
            });
    }

    /// <inheritdoc/>
    public void LayerNormBackward(Tensor x, Parameter gain, Parameter bias, Tensor saved, Tensor dy, Tensor dx)
    {
        const int ColumnGrain = 128;
        For(x.Columns, ColumnGrain, (x, gain.Gradient, bias.Gradient, saved, dy),
            static (in (Tensor X, Tensor DGain, Tensor DBias, Tensor Saved, Tensor Dy) s, int first, int last) =>
            {
                float* dGain = s.DGain.IsNone ? null : s.DGain.Pointer() + first;
                float* dBias = s.DBias.IsNone ? null : s.DBias.Pointer() + first;
                for (int row = 0; row < s.X.Rows; row++)
                {
                    float* dy = s.Dy.Row(row) + first, x = s.X.Row(row) + first, saved = s.Saved.Row(row);
                    if (dBias != null) Elementwise.Apply(new AddScaled(1), last - first, dBias, dy, dBias);
                    if (dGain != null) Elementwise.Apply(new Normalise(saved[0], saved[1]), last - first, dGain, x, dy, dGain);
                }
            });
        if (dx.IsNone) return;
        ForRows(x.Rows, RowGrain(x.Columns), (x, gain.Value, saved, dy, dx),
            static (in (Tensor X, Tensor Gain, Tensor Saved, Tensor Dy, Tensor Dx) s, int row) =>
            {
                float* x = s.X.Row(row), dy = s.Dy.Row(row), gain = s.Gain.Pointer(), saved = s.Saved.Row(row);
                int n = s.X.Columns;
                double mean = Elementwise.Sum(default(Product), n, dy, gain) / n;
                double slope = Elementwise.Sum(new ProductWithNormalised(saved[0], saved[1]), n, dy, gain, x) / n;
                Elementwise.Apply(new NormaliseGradient(saved[0], saved[1], (float)mean, (float)slope), n,
                    s.Dx.Row(row), dy, gain, x, s.Dx.Row(row));
            });
    }

    private readonly struct CentredSquare(float mean) : IUnaryOperator
    {
        private readonly Vector<float> _mean = new(mean);
        public Vector<float> Invoke(Vector<float> x) => (x - _mean) * (x - _mean);
    }

    /// <summary>(x, gain, bias) to gain (x - mean) r + bias.</summary>
    private readonly struct Normalise(float mean, float r) : ITernaryOperator
    {
        private readonly Vector<float> _mean = new(mean), _r = new(r);
        public Vector<float> Invoke(Vector<float> x, Vector<float> gain, Vector<float> bias) =>
            Vector.MultiplyAddEstimate(gain, (x - _mean) * _r, bias);
    }

    /// <summary>(dy, gain, x) to dy gain (x - mean) r.</summary>
    private readonly struct ProductWithNormalised(float mean, float r) : ITernaryOperator
    {
        private readonly Vector<float> _mean = new(mean), _r = new(r);
        public Vector<float> Invoke(Vector<float> dy, Vector<float> gain, Vector<float> x) => dy * gain * ((x - _mean) * _r);
    }

    /// <summary>(dy, gain, x, dx) to dx + r (dy gain - mean(dy gain) - xhat mean(dy gain xhat)), xhat = (x - mean) r.</summary>
    private readonly struct NormaliseGradient(float mean, float r, float gradientMean, float slope) : IQuaternaryOperator
    {
        private readonly Vector<float> _mean = new(mean), _r = new(r), _gradientMean = new(gradientMean), _slope = new(slope);
        public Vector<float> Invoke(Vector<float> dy, Vector<float> gain, Vector<float> x, Vector<float> dx) =>
            Vector.MultiplyAddEstimate(_r, dy * gain - _gradientMean - (x - _mean) * _r * _slope, dx);
    }
}
