using FsCheck.Xunit;
using ManualVae.Evaluation;
using Xunit;

namespace ManualVae.Tests.Evaluation;

public sealed class UserGroupTests
{
    [Fact]
    public void Different_numbers_give_groups_of_equal_size_the_least_active_first()
    {
        var groups = UserGroup.OfEqualSize([50, 10, 40, 20, 30, 60, 100, 80, 70, 90], 5);
        Assert.Equal(["10 to 20", "30 to 40", "50 to 60", "70 to 80", "90 to 100"], groups.Select(g => g.Name));
        Assert.Equal([[1, 3], [2, 4], [0, 5], [7, 8], [6, 9]], groups.Select(g => g.Users));
    }

    [Theory]
    // The limit at 2 of 4 would part the sevens: the place before them is as near as the one after; the lower one counts.
    [InlineData("3 7 7 9", 2, "3:1 7 to 9:3")]
    [InlineData("3 4 7 7 7 9", 2, "3 to 4:2 7 to 9:4")] // 3 of 6: after 2 is nearer than after 5
    [InlineData("3 7 7 7 8 9", 2, "3 to 7:4 8 to 9:2")] // after 4 is nearer than after 1
    // Limits at 2, 4, 6 and 8 of 10: after 1, after 5, after 5 again and after 8. The two that coincide are one.
    [InlineData("1 5 5 5 5 6 6 6 8 9", 5, "1:1 5:4 6:3 8 to 9:2")]
    [InlineData("1 2 3 4 5 6 7", 3, "1 to 2:2 3 to 5:3 6 to 7:2")] // 2.33 and 4.67 of 7
    [InlineData("4 2 9", 5, "2:1 4:1 9:1")] // fewer users than groups: one each
    [InlineData("0 0 0 1", 2, "0:3 1:1")]
    [InlineData("6 6 6 6", 5, "6:4")] // all alike: one group
    [InlineData("6", 5, "6:1")]
    [InlineData("3 1 2", 1, "1 to 3:3")]
    public void Users_with_as_many_clicks_stay_together(string clicks, int groups, string expected) =>
        Assert.Equal(expected, string.Join(' ', UserGroup.OfEqualSize([.. clicks.Split(' ').Select(int.Parse)], groups)
            .Select(g => $"{g.Name}:{g.Users.Length}")));

    [Fact]
    public void Nobody_has_no_group_and_no_group_is_no_number()
    {
        Assert.Empty(UserGroup.OfEqualSize([], 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => UserGroup.OfEqualSize([1, 2], 0));
    }

    [Property(MaxTest = 200)]
    public bool Everybody_is_in_one_group_and_ranges_do_not_touch(byte[] clicks, byte number)
    {
        var groups = UserGroup.OfEqualSize([.. clicks.Select(n => n % 16)], 1 + number % 9);
        return groups.SelectMany(g => g.Users).Order().SequenceEqual(Enumerable.Range(0, clicks.Length))
            && groups.All(g => g.Users.Length > 0 && g.Users.Min(u => clicks[u] % 16) == g.Least
                && g.Users.Max(u => clicks[u] % 16) == g.Most)
            && groups.Zip(groups.Skip(1)).All(pair => pair.First.Most < pair.Second.Least)
            && groups.Count <= 1 + number % 9;
    }
}
