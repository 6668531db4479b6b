using System.Text;
using ManualVae.Export;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>Event files of TensorBoard, read by a small reader of their format that shares nothing with the writer.</summary>
[Collection(nameof(CommandLine))]
public sealed class TensorBoardTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Checksums_are_those_of_the_standard()
    {
        Assert.Equal(0xE3069283u, Crc("123456789"u8)); // the check value of CRC-32C
        Assert.Equal(Mask(0xE3069283u), EventFile.MaskedCrc("123456789"u8));
    }

    [Fact]
    public void The_first_record_has_the_bytes_that_TensorFlow_writes()
    {
        _ = new EventFile(_folder["board"], DateTimeOffset.FromUnixTimeSeconds(1_500_000_000));
        string file = Assert.Single(Directory.GetFiles(_folder["board"]));
        Assert.Equal("events.out.tfevents.1500000000.manualvae.000", Path.GetFileName(file));
        byte[] bytes = File.ReadAllBytes(file);
        // Length 24 and its checksum; wall time (field 1, double); file version (field 3, 13 bytes).
        Assert.Equal("1800000000000000A37F4B22" + "09000000C00B5AD641" + "1A0D" + "627261696E2E4576656E743A32",
            Convert.ToHexString(bytes[..^4]));
        Assert.Single(Read(file));
    }

    [Fact]
    public void A_run_writes_its_scalars_and_a_resumed_one_goes_on()
    {
        string data = CommandLine.WriteToyData(_folder["data"]), run = _folder["run"], board = _folder["board"];
        CommandLine.Run("train", "--data", data, "--output", run, "--epochs", "2", "--hidden", "4", "--latent", "2", "--device",
            "simd", "--learning-rate", "0.01", "--tensorboard", board).Succeeded();
        CommandLine.Run("train", "--resume", "--output", run, "--epochs", "3", "--tensorboard", board).Succeeded();
        string[] files = [.. Directory.GetFiles(board).Order(StringComparer.Ordinal)];
        Assert.Equal(2, files.Length);
        var events = files.SelectMany(Read).Where(e => e.Scalars.Count > 0).ToList();
        Assert.Equal([1L, 2L, 3L], events.Select(e => e.Step));
        Assert.All(events, e => Assert.Equal(
            ["loss", "reconstruction", "kl", "beta", "validation/NDCG@100", "learning_rate", "users_per_second"],
            e.Scalars.Keys));
        string[] lines = File.ReadAllLines(Path.Combine(run, "metrics.jsonl"));
        foreach (var (line, e) in lines.Zip(events))
        {
            var epoch = System.Text.Json.JsonDocument.Parse(line).RootElement;
            Assert.Equal((float)epoch.GetProperty("loss").GetDouble(), e.Scalars["loss"]);
            Assert.Equal((float)epoch.GetProperty("validation").GetDouble(), e.Scalars["validation/NDCG@100"]);
            Assert.Equal(0.01f, e.Scalars["learning_rate"]);
        }
    }

    [Fact]
    public void A_model_without_epochs_is_refused_before_anything_is_written()
    {
        string data = CommandLine.WriteToyData(_folder["data"]);
        var refused = CommandLine.Run("train", "--data", data, "--output", _folder["run"], "--model", "ease", "--tensorboard",
            _folder["board"]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("ease is not trained by the epoch", refused.Messages);
        Assert.False(Directory.Exists(_folder["board"]));
        Assert.False(File.Exists(_folder["run", "run.json"]));
    }

    [Theory]
    [InlineData(LearningRateScheduleKind.Constant, 0.1, 0.1)]
    [InlineData(LearningRateScheduleKind.Linear, 0.1, 0.025)]
    public void The_learning_rate_is_that_of_the_epochs_first_update(LearningRateScheduleKind schedule, double first, double last)
    {
        var settings = new RunSettings { Epochs = 4, LearningRate = 0.1, LearningRateSchedule = schedule };
        Assert.Equal(first, settings.LearningRateOf(1), 12);
        Assert.Equal(last, settings.LearningRateOf(4), 12);
    }

    private sealed record Event(long Step, Dictionary<string, float> Scalars);

    private static List<Event> Read(string file)
    {
        using var reader = new BinaryReader(File.OpenRead(file));
        var events = new List<Event>();
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            byte[] length = reader.ReadBytes(8);
            Assert.Equal(Mask(Crc(length)), reader.ReadUInt32());
            byte[] data = reader.ReadBytes((int)BitConverter.ToInt64(length));
            Assert.Equal(Mask(Crc(data)), reader.ReadUInt32());
            var (step, scalars) = (0L, new Dictionary<string, float>());
            foreach (var (field, value) in Fields(data))
                if (field == 2) step = (long)value;
                else if (field == 5)
                    foreach (var (_, one) in Fields((byte[])value))
                    {
                        var parts = Fields((byte[])one).ToDictionary(part => part.Field, part => part.Value);
                        scalars.Add(Encoding.UTF8.GetString((byte[])parts[1]), (float)parts[2]);
                    }
            events.Add(new(step, scalars));
        }
        return events;
    }

    private static IEnumerable<(int Field, object Value)> Fields(byte[] message)
    {
        using var reader = new BinaryReader(new MemoryStream(message));
        while (reader.BaseStream.Position < message.Length)
        {
            int key = reader.Read7BitEncodedInt();
            yield return (key >> 3, (key & 7) switch
            {
                0 => reader.Read7BitEncodedInt64(),
                1 => reader.ReadDouble(),
                2 => reader.ReadBytes(reader.Read7BitEncodedInt()),
                5 => reader.ReadSingle(),
                int type => throw new InvalidDataException($"wire type {type}"),
            });
        }
    }

    private static uint Mask(uint crc) => ((crc >> 15) | (crc << 17)) + 0xa282ead8u;

    // CRC-32C bit by bit, reflected polynomial.
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) == 0 ? 0 : 0x82F63B78u);
        }
        return ~crc;
    }
}
