using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Data;

public class SortedColumnsTests
{
    [Theory]
    [InlineData(new int[] { }, new int[] { }, new int[] { }, new int[] { })]
    [InlineData(new[] { 1, 4 }, new int[] { }, new[] { 1, 4 }, new[] { 1, 4 })]
    [InlineData(new int[] { }, new[] { 2 }, new[] { 2 }, new int[] { })]
    [InlineData(new[] { 1, 4, 6 }, new[] { 0, 4, 9 }, new[] { 0, 1, 4, 6, 9 }, new[] { 1, 6 })]
    [InlineData(new[] { 3, 5 }, new[] { 3, 5 }, new[] { 3, 5 }, new int[] { })]
    public void Union_and_difference(int[] a, int[] b, int[] union, int[] difference)
    {
        Assert.Equal(union, SortedColumns.Union(a, b));
        Assert.Equal(difference, SortedColumns.Except(a, b));
    }

    [Fact]
    public void Repeated_columns_count_once() => Assert.Equal([0, 2, 7], SortedColumns.Distinct([0, 0, 2, 7, 7, 7]));
}
