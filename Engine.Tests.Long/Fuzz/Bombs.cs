using System.IO.Compression;
using System.Text;
using ManualVae.Data;

namespace ManualVae.Tests.Long.Fuzz;

/// <summary>Small files that would become large: archives of nothing, lines without an end, brackets without an end.</summary>
public static class Bombs
{
    /// <summary>What is read, by name: the file's bytes, its name and its reader.</summary>
    /// <param name="place">Where the files are made.</param>
    /// <param name="megabytes">Size of what is packed.</param>
    public static IEnumerable<(string Name, string File, Action Read)> In(TemporaryFolder place, int megabytes)
    {
        Directory.CreateDirectory(place["bombs"]);
        foreach (var (what, piece) in ((string, string)[])[("zeros", "\0"), ("one line", "a"), ("empty lines", "\n"),
            ("one quoted field", "\"a"), ("separators", ","), ("brackets", "[")])
        {
            byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(piece, (1 << 20) / piece.Length)));
            byte[] start = Encoding.UTF8.GetBytes(what == "one quoted field" ? "user,item\n\"" : "user,item\n");
            string gzip = place["bombs", $"{what}.csv.gz"];
            using (var stream = new GZipStream(File.Create(gzip), CompressionLevel.Fastest))
                Fill(stream, start, bytes, megabytes);
            yield return ($"gzip of {what}", gzip, () => ImportTargets.Read("csv", gzip));
            string zip = place["bombs", $"{what}.zip"];
            using (var archive = new ZipArchive(File.Create(zip), ZipArchiveMode.Create))
            using (var entry = archive.CreateEntry("ratings.csv", CompressionLevel.Fastest).Open())
                Fill(entry, start, bytes, megabytes);
            yield return ($"zip of {what}", zip, () => ImportTargets.Read("csv", zip + "/ratings.csv"));
        }
        string deep = place["bombs", "deep.jsonl"];
        File.WriteAllText(deep, $"{{\"user_id\": 1, \"item_id\": {new string('[', 1 << 20)}\n");
        yield return ("deep JSON lines", deep, () => ImportTargets.Read("jsonl", deep));
        string manifest = Path.Combine(SmallData.Save(place["bombs", "data"]), "manifest.json");
        File.WriteAllText(manifest, new string('[', 1 << 20));
        yield return ("deep manifest", manifest, () => PreparedDataset.Open(Path.GetDirectoryName(manifest)!));
    }

    private static void Fill(Stream stream, byte[] start, byte[] bytes, int times)
    {
        stream.Write(start);
        for (int i = 0; i < times; i++) stream.Write(bytes);
    }
}
