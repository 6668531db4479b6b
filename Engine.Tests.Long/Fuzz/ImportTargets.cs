using System.IO.Compression;
using System.Text;
using ManualVae.Data;
using ManualVae.Data.Import;

namespace ManualVae.Tests.Long.Fuzz;

/// <summary>Files of other people: every format that is imported, plain and compressed.</summary>
public static class ImportTargets
{
    private static readonly (string Format, string File, string Text)[] Texts =
    [
        ("csv", "log.csv",
            "user;\"item\";time\n1;\"a;b\";03/04/2021\né;c;13/04/2021 12:00\n2;c;Tue Apr 03 18:00:09 +0000 2012\n"),
        ("csv", "rated.tsv", "user\titem\trating\n1\ta\t5\n1\tb\t3.5\n2\ta\t4\n3\t\"c d\"\t1\n"),
        ("pairs", "clicks.tsv", "1;10;5;17.03.2021 14:56\n1;20;4;18.03.2021\n2;10;3;19.03.2021\n"),
        ("jsonl", "log.jsonl",
            "{\"user_id\": \"a\", \"item_id\": 3, \"time\": 1}\n{\"user_id\": \"b\", \"item_id\": 4, \"time\": 2}\n"),
    ];

    /// <summary>The targets.</summary>
    /// <param name="place">Where the files are made.</param>
    /// <param name="fixtures">Folders of small files, one a format.</param>
    public static IEnumerable<FuzzTarget> In(TemporaryFolder place, string fixtures)
    {
        foreach (string format in (string[])["movielens", "movielens-1m", "movielens-100k", "netflix-raw", "netflix-combined",
            "msd", "lightgcn", "pro-sg", "liang-split", "ncf", "pairs-parts"])
        {
            string folder = place[format];
            TemporaryFolder.Copy(Path.Combine(fixtures, format), folder);
            string known = format switch
            {
                "netflix-raw" or "netflix-combined" => "netflix",
                "pairs-parts" => "pairs",
                "liang-split" => "pro-sg",
                _ => format,
            };
            foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order())
            {
                string name = Path.GetRelativePath(folder, file);
                if (format == "liang-split" && name is "ratings.csv" or "make.py") continue;
                yield return new($"import {format} {name}", file, FileKind.Lines, () => Read(known, folder));
            }
        }
        foreach (string part in File.ReadAllText(Path.Combine(fixtures, "layouts.txt")).Split("=== ").Skip(1))
        {
            string[] first = part.Split('\n', 2), head = first[0].Split(' ');
            string file = Put(place["layouts", head[0]], head[1], Encoding.UTF8.GetBytes(first[1]));
            yield return new($"import layout {head[0]} {head[1]}", file, FileKind.Lines, () => Read(head[0], file), Weight: 0.7);
            yield return new($"import auto {head[1]}", file, FileKind.Lines, () => Read("auto", file), Weight: 0.3);
        }
        foreach (var (format, name, text) in Texts)
        {
            string file = Put(place["texts"], name, Encoding.UTF8.GetBytes(text));
            yield return new($"import {format} {name}", file, FileKind.Lines, () => Read(format, file));
        }
        byte[] table = Encoding.UTF8.GetBytes(Texts[1].Text);
        string gzip = Put(place["packed"], "log.tsv.gz",
            Packed(stream => new GZipStream(stream, CompressionLevel.Optimal), table));
        yield return new("import csv gzip", gzip, FileKind.Binary, () => Read("csv", gzip));
        string zip = place["packed", "log.zip"];
        using (var archive = new ZipArchive(File.Create(zip), ZipArchiveMode.Create))
        using (var entry = archive.CreateEntry("rated.tsv").Open()) entry.Write(table);
        yield return new("import csv zip", zip, FileKind.Binary, () => Read("csv", zip + "/rated.tsv"));
        byte[] bzip2 = Convert.FromBase64String(
            "QlpoOTFBWSZTWbGcusAAAAzZgAAQAAQ4ADoiHgAgADFMAADU00emoMdMMjDLyA4BM5+Ko2LuSKcKEhYzl1gA");
        string packed = Put(place["packed"], "log.csv.bz2", bzip2);
        yield return new("import csv bzip2", packed, FileKind.Binary, () => Read("csv", packed));
        string movies = Put(place["items"], "items.csv",
            "item,title,genres\na,One,x|y\nb,\"Two, too\",\nc d,Three,z\n"u8.ToArray());
        string rated = Put(place["items"], "rated.tsv", table);
        yield return new("import items.csv", movies, FileKind.Lines,
            () => DatasetImport.Run(Options("csv", rated) with { Items = movies }));
    }

    /// <summary>Reads clicks with columns that a person would name.</summary>
    public static void Read(string format, string input) => DatasetImport.Run(Options(format, input));

    private static ImportOptions Options(string format, string input) => new()
    {
        Format = format, Input = input, UserColumn = format == "csv" ? "user" : null,
        ItemColumn = format == "csv" ? "item" : null,
        Split = format is "ncf" or "pro-sg" || Directory.Exists(input) && format == "lightgcn" ? null : SplitKind.None,
        SkipBadLines = input.Length % 2,
    };

    private static string Put(string folder, string name, byte[] bytes)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, name), bytes);
        return Path.Combine(folder, name);
    }

    private static byte[] Packed(Func<Stream, Stream> pack, byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var stream = pack(packed)) stream.Write(bytes);
        return packed.ToArray();
    }
}
