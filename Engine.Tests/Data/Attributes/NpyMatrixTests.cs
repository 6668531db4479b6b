using System.Runtime.InteropServices;
using System.Text;
using ManualVae.Data;
using ManualVae.Tests.Export;
using Xunit;

namespace ManualVae.Tests.Data.Attributes;

/// <summary>NumPy's arrays, written byte by byte as numpy.lib.format describes them.</summary>
public class NpyMatrixTests
{
    private const string Of2X3 = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";

    [Fact]
    public void Single_and_double_precision_are_read()
    {
        float[] numbers = [1, -2.5f, 3, 4, 5, 6e20f];
        Assert.Equal(numbers, Read(File(Of2X3, numbers)).Values);
        var doubles = Read(File(Of2X3.Replace("f4", "f8"), Array.ConvertAll(numbers, n => (double)n)));
        Assert.Equal((2, 3), (doubles.Rows, doubles.Columns));
        Assert.Equal(numbers, doubles.Values);
        Half[] halves = [(Half)1, (Half)(-2.5f), (Half)3, (Half)4, (Half)5, (Half)6];
        Assert.Equal([1, -2.5f, 3, 4, 5, 6], Read(File(Of2X3.Replace("f4", "f2"), halves)).Values);
    }

    [Fact]
    public void Columns_that_come_first_are_turned() =>
        Assert.Equal([1, 3, 5, 2, 4, 6], Read(File(Of2X3.Replace("False", "True"), new float[] { 1, 2, 3, 4, 5, 6 })).Values);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Later_versions_have_a_longer_header(int version) =>
        Assert.Equal(6, Read(File(Of2X3, new float[6], version)).Values.Length);

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }", "in two dimensions")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3), }", "in two dimensions")]
    [InlineData("{'descr': '<i8', 'fortran_order': False, 'shape': (2, 3), }", "type '<i8', expected <f2, <f4 or <f8")]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }", "type '>f4'")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 3), }", "ends before its 3 x 3 numbers do")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }", "goes on behind its 1 x 3 numbers")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2000000000, 2000000000), }", "more numbers than fit")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 3), }", "more numbers than fit")]
    public void Other_arrays_are_refused(string header, string problem)
    {
        var thrown = Assert.Throws<InputException>(() => Read(File(header, new float[6])));
        Assert.StartsWith("v.npy: ", thrown.Message);
        Assert.Contains(problem, thrown.Message);
    }

    [Fact]
    public void Every_beginning_of_a_file_is_refused()
    {
        byte[] file = File(Of2X3, new float[6]);
        for (int length = 0; length < file.Length; length++)
            Assert.Throws<InputException>(() => Read(file[..length]));
    }

    [Fact]
    public void What_is_written_is_as_numpy_writes_it()
    {
        using var stream = new MemoryStream();
        new NpyMatrix(2, 3, [1, 2, 3, 4, 5, float.NaN]).Write(stream);
        var array = NumpyReader.Npy(stream.ToArray());
        Assert.Equal("<f4", array.Type);
        Assert.Equal([2, 3], array.Shape);
        Assert.Equal([1, 2, 3, 4, 5, float.NaN], array.As<float>());
        stream.Position = 0;
        Assert.Equal([1, 2, 3, 4, 5, float.NaN], NpyMatrix.Read(stream, "v.npy").Values);
    }

    /// <summary>The bytes of a file.</summary>
    internal static byte[] File<T>(string header, T[] numbers, int version = 1) where T : unmanaged
    {
        byte[] text = Encoding.ASCII.GetBytes(header + "\n");
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)text.Length) : BitConverter.GetBytes(text.Length);
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. text, .. MemoryMarshal.AsBytes(numbers.AsSpan())];
    }

    private static NpyMatrix Read(byte[] file) => NpyMatrix.Read(new MemoryStream(file), "v.npy");
}
