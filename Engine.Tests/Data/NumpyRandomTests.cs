using System.Runtime.InteropServices;
using System.Text.Json;
using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Data;

/// <summary>Against draws of numpy itself; Fixtures/Data/numpy_legacy_random.py made them.</summary>
public class NumpyRandomTests
{
    public static TheoryData<uint> Seeds => [0, 1, 42, 98765, 1u << 31, uint.MaxValue];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_draw_on_the_running_stream_is_that_of_numpy(uint seed)
    {
        using var fixture = JsonDocument.Parse(File.ReadAllText(TestData.Fixture("Data", "numpy_legacy_random.json")));
        var expected = fixture.RootElement.GetProperty("cases").EnumerateArray().Single(c =>
            c.GetProperty("seed").GetUInt32() == seed);
        var random = new NumpyRandom(seed);
        foreach (var draw in expected.GetProperty("permutations").EnumerateArray())
            Assert.Equal(Numbers(draw.GetProperty("values")), random.Permutation(draw.GetProperty("n").GetInt32()));
        foreach (var draw in expected.GetProperty("choices").EnumerateArray())
            Assert.Equal(Numbers(draw.GetProperty("values")),
                random.Choice(draw.GetProperty("n").GetInt32(), draw.GetProperty("size").GetInt32()));
        int[] shuffled = [.. Enumerable.Range(0, 17)];
        random.Shuffle<int>(shuffled);
        Assert.Equal(Numbers(expected.GetProperty("shuffled17")), shuffled);
        foreach (var word in expected.GetProperty("words").EnumerateArray()) Assert.Equal(word.GetUInt32(), random.NextWord());
        long[] large = [.. random.Permutation(136_677).Select(i => (long)i)];
        Assert.Equal(expected.GetProperty("permutation136677").GetString(),
            DatasetManifest.Hash(MemoryMarshal.AsBytes(large.AsSpan())));
        Assert.Equal(Numbers(expected.GetProperty("nextChoice")), random.Choice(1000, 3));
    }

    private static int[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetInt32())];
}
