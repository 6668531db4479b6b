using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ManualVae.Tests.Long.Fuzz;

/// <summary>Makes checksums right again after a change, as a wrong program or a hostile person would.</summary>
public static partial class Signing
{
    /// <summary>A file that ends with the SHA-256 of what comes before.</summary>
    public static void File(string path)
    {
        byte[] bytes = System.IO.File.ReadAllBytes(path);
        if (bytes.Length <= 32) return;
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32)).CopyTo(bytes, bytes.Length - 32);
        System.IO.File.WriteAllBytes(path, bytes);
    }

    /// <summary>A file of a prepared dataset: its own checksum, and that in the manifest.</summary>
    public static void InDataset(string folder, string file)
    {
        string path = Path.Combine(folder, file), manifest = Path.Combine(folder, "manifest.json");
        if (file.EndsWith(".csr", StringComparison.Ordinal)) File(path);
        string hash = Convert.ToHexStringLower(SHA256.HashData(System.IO.File.ReadAllBytes(path)));
        string text = System.IO.File.ReadAllText(manifest);
        System.IO.File.WriteAllText(manifest,
            Regex.Replace(text, $"(\"{Regex.Escape(file)}\": \")[^\"]*", match => match.Groups[1].Value + hash));
        Manifest(manifest);
    }

    /// <summary>The manifest of a prepared dataset.</summary>
    public static void Manifest(string path)
    {
        string zeros = $"\"checksum\": \"{new string('0', 64)}\"";
        byte[] bytes = System.IO.File.ReadAllBytes(path);
        string text = Encoding.UTF8.GetString(bytes);
        if (!Checksum().IsMatch(text)) return;
        text = Checksum().Replace(text, zeros);
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        System.IO.File.WriteAllBytes(path, Encoding.UTF8.GetBytes(text.Replace(zeros, $"\"checksum\": \"{hash}\"")));
    }

    [GeneratedRegex("\"checksum\": \"[^\"]*\"")]
    private static partial Regex Checksum();
}
