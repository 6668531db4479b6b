using System.Numerics.Tensors;

namespace ManualVae.Tools.Serve;

/// <summary>Vectors in the plane, by their first two principal components.</summary>
internal static class ItemMap
{
    private const int Steps = 100;

    /// <summary>Projects vectors of length 1, so that near points have a large cosine.</summary>
    /// <param name="vectors">The vectors, rows x dimension; they are scaled and centred in place.</param>
    /// <param name="dimension">Length of a vector.</param>
    /// <returns>A point for each row, and the two components' shares of the variance.</returns>
    public static ((double X, double Y)[] Points, double[] Variance) Project(float[] vectors, int dimension)
    {
        int rows = vectors.Length / dimension;
        var mean = new float[dimension];
        for (int row = 0; row < rows; row++)
        {
            var vector = vectors.AsSpan(row * dimension, dimension);
            float norm = TensorPrimitives.Norm<float>(vector);
            if (norm > 0) TensorPrimitives.Divide(vector, norm, vector);
            TensorPrimitives.Add(mean, vector, mean);
        }
        TensorPrimitives.Divide(mean, Math.Max(1, rows), mean);
        double total = 0;
        for (int row = 0; row < rows; row++)
        {
            var vector = vectors.AsSpan(row * dimension, dimension);
            TensorPrimitives.Subtract(vector, mean, vector);
            total += TensorPrimitives.SumOfSquares<float>(vector);
        }
        var points = new (double X, double Y)[rows];
        var variance = new double[2];
        float[]? first = null;
        for (int component = 0; component < Math.Min(2, dimension); component++)
        {
            var direction = Direction(vectors, dimension, first, component);
            for (int row = 0; row < rows; row++)
            {
                double at = TensorPrimitives.Dot<float>(vectors.AsSpan(row * dimension, dimension), direction);
                if (component == 0) points[row].X = at;
                else points[row].Y = at;
                variance[component] += total > 0 ? at * at / total : 0;
            }
            first = direction;
        }
        return (points, variance);
    }

    // Power iteration on the covariance, orthogonal to the component before; its largest entry is positive.
    private static float[] Direction(float[] vectors, int dimension, float[]? before, int seed)
    {
        var (direction, next) = (new float[dimension], new float[dimension]);
        for (int k = 0; k < dimension; k++) direction[k] = (float)Math.Cos(k * (1.7 + seed)) + 0.01f;
        for (int step = 0; step < Steps; step++)
        {
            Array.Clear(next);
            for (int start = 0; start < vectors.Length; start += dimension)
            {
                var vector = vectors.AsSpan(start, dimension);
                TensorPrimitives.MultiplyAdd(vector, TensorPrimitives.Dot<float>(vector, direction), next, next);
            }
            if (before is not null)
                TensorPrimitives.MultiplyAdd(before, -TensorPrimitives.Dot<float>(next, before), next, next);
            float norm = TensorPrimitives.Norm<float>(next);
            if (norm == 0) return next;
            TensorPrimitives.Divide(next, norm, direction);
        }
        if (direction[TensorPrimitives.IndexOfMaxMagnitude<float>(direction)] < 0)
            TensorPrimitives.Negate(direction, direction);
        return direction;
    }
}
