using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ManualVae.Tests.Long;

/// <summary>Changes files as accidents, other programs and hostile people do; the same seed gives the same changes.</summary>
public static class Mutations
{
    private static readonly int[] Numbers = [0, 1, -1, 2, 255, 65_536, int.MaxValue, int.MinValue, 0x7fc00000, 0x7f7fffff];

    private static readonly string[] Values =
        ["null", "-1", "0", "1e300", "1e999", "99999999999", "0.5", "\"\"", "\"x\"", "[]", "[null]", "{}", "true"];

    private static readonly byte[][] Put =
    [
        [0xff, 0xfe], [0xff, 0xfe, 0, 0], [0xfe, 0xff], [0, 0, 0xfe, 0xff], [0xef, 0xbb, 0xbf], [0xff], [0xc3],
        [0xed, 0xa0, 0x80], [0], [0x1f, 0x8b], "\""u8.ToArray(), "\n"u8.ToArray(), "\r"u8.ToArray(), "\t"u8.ToArray(),
        "\r\n\r\n"u8.ToArray(),
        "99999999999999999999"u8.ToArray(), "-1"u8.ToArray(), "NaN"u8.ToArray(), "1e999"u8.ToArray(),
    ];

    /// <summary>How many changes a test tries: its usual number, times <c>MANUALVAE_MUTANTS</c> in a long run.</summary>
    public static int Count(int usual) =>
        usual * (int.TryParse(Environment.GetEnvironmentVariable("MANUALVAE_MUTANTS"), out int times) ? Math.Max(1, times) : 1);

    /// <summary>Changes a file by the kind of its content, which its name says.</summary>
    public static byte[] File(string name, byte[] bytes, Random random) => Path.GetExtension(name) switch
    {
        ".json" => Json(bytes, random),
        ".tsv" or ".jsonl" => Lines(bytes, random),
        _ => Bytes(bytes, random),
    };

    /// <summary>A few bytes changed, left out, put in, or a number written over.</summary>
    public static byte[] Bytes(byte[] bytes, Random random)
    {
        var changed = bytes.ToList();
        for (int n = random.Next(1, 4); n > 0 && changed.Count > 8; n--)
        {
            int at = random.Next(changed.Count);
            switch (random.Next(6))
            {
                case 0: changed[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: changed[at] = (byte)random.Next(256); break;
                case 2: changed.RemoveRange(at, Math.Min(changed.Count - at, random.Next(1, 9))); break;
                case 3: changed.InsertRange(at, changed.Slice(at, Math.Min(changed.Count - at, random.Next(1, 9)))); break;
                case 4: if (random.Next(4) == 0) changed.RemoveRange(at, changed.Count - at); break;
                default:
                    at = at / 4 * 4;
                    foreach (byte part in BitConverter.GetBytes(Numbers[random.Next(Numbers.Length)]))
                        if (at < changed.Count) changed[at++] = part;
                    break;
            }
        }
        return [.. changed];
    }

    /// <summary>Marks of encodings, bytes that are no UTF-8, line ends and quotes, put in anywhere or at the beginning.</summary>
    public static byte[] Marks(byte[] bytes, Random random)
    {
        byte[] mark = Put[random.Next(Put.Length)];
        int at = random.Next(3) == 0 ? 0 : random.Next(bytes.Length + 1);
        return [.. bytes[..at], .. mark, .. bytes[at..]];
    }

    /// <summary>The end of a file is missing, or its beginning.</summary>
    public static byte[] Cut(byte[] bytes, Random random)
    {
        int at = random.Next(bytes.Length + 1);
        return random.Next(4) == 0 ? bytes[at..] : bytes[..at];
    }

    /// <summary>A line left out, repeated, or in another's place, or some bytes changed.</summary>
    public static byte[] Lines(byte[] text, Random random)
    {
        var lines = Encoding.UTF8.GetString(text).Split('\n').ToList();
        int at = random.Next(lines.Count), other = random.Next(lines.Count);
        switch (random.Next(5))
        {
            case 0: lines.RemoveAt(at); break;
            case 1: lines.Insert(at, lines[other]); break;
            case 2: (lines[at], lines[other]) = (lines[other], lines[at]); break;
            case 3: lines[at] = lines[other]; break;
            default: return Bytes(text, random);
        }
        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    /// <summary>A value of a JSON document replaced or left out, or some bytes changed.</summary>
    public static byte[] Json(byte[] text, Random random)
    {
        if (random.Next(4) == 0) return Bytes(text, random);
        var root = JsonNode.Parse(text)!;
        var places = Places(root).ToList();
        var (parent, name) = places[random.Next(places.Count)];
        var value = JsonNode.Parse(Values[random.Next(Values.Length)]);
        if (parent is JsonArray array) array[int.Parse(name)] = value;
        else if (random.Next(5) == 0) parent.AsObject().Remove(name);
        else parent.AsObject()[name] = value;
        return Encoding.UTF8.GetBytes(root.ToJsonString(new() { WriteIndented = true }) + "\n");
    }

    /// <summary>The bytes with the SHA-256 at their end made right, as a wrong program or a hostile person leaves them.</summary>
    public static byte[] SignAgain(byte[] bytes)
    {
        if (bytes.Length > SHA256.HashSizeInBytes)
            SHA256.HashData(bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes))
                .CopyTo(bytes, bytes.Length - SHA256.HashSizeInBytes);
        return bytes;
    }

    private static IEnumerable<(JsonNode Parent, string Name)> Places(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => Places(member.Value).Prepend((members, member.Key))),
        JsonArray items => items.SelectMany((item, i) => Places(item).Prepend((items, i.ToString()))),
        _ => [],
    };
}
