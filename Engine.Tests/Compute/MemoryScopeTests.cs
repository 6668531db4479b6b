using ManualVae.Compute;
using ManualVae.Compute.Simd;
using Xunit;

namespace ManualVae.Tests.Compute;

public class MemoryScopeTests
{
    [Fact]
    public void A_counting_scope_takes_nothing_and_counts_what_a_scope_takes()
    {
        using var backend = new SimdBackend(1);
        using MemoryScope real = new(backend), counting = new(backend, counting: true);
        foreach (var scope in new[] { real, counting })
        {
            Assert.Equal((3, 5), (scope.Allocate(3, 5).Rows, scope.Allocate(2, 5).Columns));
            if (scope.IsCounting) scope.CountBatch(4, 9, 20);
            else scope.AllocateBatch(4, 9, 20);
        }
        Assert.Equal(real.Bytes, counting.Bytes);
        Assert.True(real.Bytes > 25 * sizeof(float));
        real.Dispose();
        Assert.Equal(0, real.Bytes);
    }

    [Fact]
    public void A_scope_gives_back_what_it_took()
    {
        using var backend = new SimdBackend(1);
        long Resident()
        {
            GC.Collect();
            return Environment.WorkingSet;
        }
        void Round()
        {
            using var scope = new MemoryScope(backend);
            backend.Fill(scope.Allocate(1000, 1000), 1);
            scope.AllocateBatch(100, 1000, 100_000).Load(ManualVae.Data.CsrMatrix.FromPairs(1, 1000, [(0, 1)]), [0]);
        }
        for (int i = 0; i < 3; i++) Round();
        long before = Resident();
        for (int i = 0; i < 40; i++) Round();
        Assert.InRange(Resident() - before, long.MinValue, 16 << 20); // a round takes 6 MiB
    }
}
