using System.Numerics;
using ManualVae.Compute.Simd;
using Xunit;

namespace ManualVae.Tests.Compute.Simd;

public class VectorMathTests
{
    /// <summary>
    /// Below -87 the exponent of the result leaves the range of single precision, and further below it comes round again: what
    /// is not made zero there may be anything.
    /// </summary>
    [Fact]
    public void The_exponential_of_much_too_small_numbers_is_zero_and_of_others_is_near()
    {
        for (float x = 0; x > -1000; x -= 0.37f)
        {
            var (left, right) = (new Vector<float>(x), new Vector<float>(x));
            VectorMath.ExpNonPositive(ref left, ref right);
            double expected = x < -87 ? 0 : Math.Exp(x);
            float single = VectorMath.ExpNonPositive(new Vector<float>(x))[0];
            foreach (float actual in (float[])[left[0], right[Vector<float>.Count - 1], single])
                Assert.True(Math.Abs(actual - expected) <= 3e-7 * expected, $"e^{x} is {actual}");
        }
        Assert.True(float.IsNaN(VectorMath.ExpNonPositive(new Vector<float>(float.NaN))[0]));
    }
}
