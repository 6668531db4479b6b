using ManualVae.Compute;
using Xunit;

namespace ManualVae.Tests.Compute;

public class SingleCallerTests
{
    [Fact]
    public void A_nested_call_keeps_the_door_shut_until_the_outer_one_ends()
    {
        var door = new SingleCaller("the door");
        using (door.Enter())
        {
            Assert.False(LetsAnotherIn(door));
            using (door.Enter()) Assert.False(LetsAnotherIn(door));
            Assert.False(LetsAnotherIn(door)); // the outer call goes on
            using (door.Enter()) { }
            Assert.False(LetsAnotherIn(door));
        }
        Assert.True(LetsAnotherIn(door));
    }

    private static bool LetsAnotherIn(SingleCaller door)
    {
        string? refused = null;
        var other = new Thread(() =>
        {
            try
            {
                door.Enter().Dispose();
            }
            catch (InvalidOperationException problem)
            {
                refused = problem.Message;
            }
        });
        other.Start();
        other.Join();
        if (refused is not null) Assert.StartsWith("the door is in use by another thread", refused, StringComparison.Ordinal);
        return refused is null;
    }
}
