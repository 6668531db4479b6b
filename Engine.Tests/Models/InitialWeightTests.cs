using ManualVae.Compute;
using ManualVae.Compute.Ranks;
using ManualVae.Compute.Simd;
using ManualVae.Models;
using Xunit;

namespace ManualVae.Tests.Models;

public class InitialWeightTests
{
    [Theory]
    [InlineData(Initialiser.GlorotUniform)]
    [InlineData(Initialiser.TruncatedNormal)]
    public void Ten_million_items_of_width_600_start_from_weights_of_their_own(Initialiser initialiser)
    {
        // 6e9 weights: their places do not fit 32 bits. Place 2^32 is weight 496 of item 7,158,278, where a 32-bit number would
        // begin anew with the first weight of item 0.
        const int Items = 10_000_000, Width = 600, Wraps = 7_158_278, At = 496;
        float[] first = Weights(0), wrapped = Weights(Wraps);
        Assert.DoesNotContain(0f, wrapped);
        int repeated = Enumerable.Range(At, wrapped.Length - At).Count(i => wrapped[i] == first[i - At]);
        Assert.InRange(repeated, 0, 2); // draws have 24 bits: some of 704 may agree by chance
        Assert.Equal(wrapped, Weights(Wraps));
        Assert.NotEqual(wrapped[..Width], wrapped[Width..]);

        float[] Weights(int firstItem) // of this item and the next
        {
            var own = new ItemRange(firstItem, 2, Items);
            using var backend = new RankBackend(new SimdBackend(1), new OneOfMany(own));
            using var memory = new MemoryScope(backend);
            var block = new ParameterBlock(memory);
            var weight = block.Declare("x", Items, Width, initialiser, items: ItemAxis.Rows);
            block.Build(seed: 7, training: false);
            Assert.Equal(own, weight.Items);
            float[] values = new float[2 * Width];
            ((IBackend)backend).Download(weight.Value, values);
            return values;
        }
    }

    /// <summary>The rank, of as many as there are items, that owns the range's first item.</summary>
    private sealed class OneOfMany(ItemRange own) : Communicator
    {
        public override int Rank => own.First / 2;
        public override int Size => own.All / 2;
        public override string Description => "one of many";
        public override void Abort(int code) { }
        public override Communicator Split(int part) => throw new NotSupportedException();
        protected override void Wait() { }
        protected override void Exchange(ReadOnlySpan<byte> send, ReadOnlySpan<int> sendCounts, Span<byte> receive,
            ReadOnlySpan<int> receiveCounts) => throw new NotSupportedException();
        protected override void Gather(ReadOnlySpan<byte> own, Span<byte> all, ReadOnlySpan<int> counts) =>
            throw new NotSupportedException();
    }
}
