using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Tests.Evaluation;

/// <summary>A recommender that gives row r the scores it was made with; it can pretend any batch size.</summary>
internal sealed class FixedScores(float[][] scores, int batchSize = 3) : IRecommender
{
    public string Name => "fixed";
    public int ItemCount => scores[0].Length;
    public int BatchSize => batchSize;

    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> destination)
    {
        for (int r = 0; r < rows; r++) scores[firstRow + r].CopyTo(destination[(r * ItemCount)..]);
    }

    public void Dispose() { }

    /// <summary>A binary matrix from each row's columns.</summary>
    public static CsrMatrix Rows(int columns, params int[][] rows) => CsrMatrix.FromPairs(
        rows.Length, columns, [.. rows.SelectMany((row, u) => row.Select(i => (u, i)))]);
}
