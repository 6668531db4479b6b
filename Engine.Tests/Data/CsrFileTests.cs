using FsCheck;
using FsCheck.Fluent;
using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Data;

public class CsrFileTests
{
    [Fact]
    public void Any_matrix_comes_back_as_it_was()
    {
        using var folder = TestData.NewFolder();
        string path = folder["m.csr"];
        Prop.ForAll(Samples.Matrices, matrix =>
        {
            CsrFile.Write(path, matrix);
            Samples.AssertEqual(matrix, CsrFile.Read(path));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_layout_is_the_documented_one()
    {
        using var stream = new MemoryStream();
        CsrFile.Write(stream, new CsrMatrix(3, [0, 1, 1], [2]));
        byte[] bytes = stream.ToArray();
        Assert.Equal("MVAE-CSR"u8.ToArray(), bytes[..8]);
        Assert.Equal(new[] { 1, 2, 3, 0 }, Enumerable.Range(0, 4).Select(i => BitConverter.ToInt32(bytes, 8 + 4 * i)));
        Assert.Equal(new[] { 1L, 0L, 1L, 1L }, Enumerable.Range(0, 4).Select(i => BitConverter.ToInt64(bytes, 24 + 8 * i)));
        Assert.Equal(2, BitConverter.ToInt32(bytes, 56));
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(bytes[..60]), bytes[60..]);
    }

    [Fact]
    public void Every_changed_byte_and_every_truncation_is_noticed()
    {
        using var folder = TestData.NewFolder();
        string path = folder["m.csr"];
        CsrFile.Write(path, Samples.Matrix(3, 4, 0.5, 1, values: true));
        byte[] bytes = File.ReadAllBytes(path);
        for (int at = 0; at < bytes.Length; at++)
        {
            byte[] damaged = [.. bytes];
            damaged[at] ^= 0x40;
            AssertRefused(path, damaged);
            AssertRefused(path, bytes[..at]);
        }
        AssertRefused(path, [.. bytes, 0]);
    }

    [Fact]
    public void A_missing_file_is_named_with_the_remedy()
    {
        var problem = Assert.Throws<InputException>(() => CsrFile.Read("/nowhere/train.csr"));
        Assert.Contains("/nowhere/train.csr", problem.Message);
        Assert.Contains("import the dataset again", problem.Message);
    }

    [Fact]
    public void More_entries_than_a_matrix_holds_are_refused_by_number()
    {
        using var folder = TestData.NewFolder();
        string path = folder["m.csr"];
        CsrFile.Write(path, new CsrMatrix(3, [0, 1, 1], [2]));
        byte[] bytes = File.ReadAllBytes(path);
        BitConverter.TryWriteBytes(bytes.AsSpan(24), 3_000_000_000);
        File.WriteAllBytes(path, bytes);
        Assert.Contains("3000000000 entries", Assert.Throws<InputException>(() => CsrFile.Read(path)).Message);
        var wide = new CsrMatrix(100_000, [0, 100_000], [.. Enumerable.Range(0, 100_000)]);
        Assert.Contains("3000000000 clicks", Assert.Throws<InputException>(() => wide.SelectRows(new int[30_000])).Message);
    }

    private static void AssertRefused(string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        var problem = Assert.Throws<InputException>(() => CsrFile.Read(path));
        Assert.StartsWith(path, problem.Message);
        Assert.DoesNotContain('\n', problem.Message);
    }
}
