using ManualVae.Data;

namespace ManualVae.Export;

/// <summary>NumPy's <c>.npy</c> format, version 1.0: a header that says type and shape, then the elements.</summary>
internal static class NpyFile
{
    /// <summary>Writes one array.</summary>
    public static void Write(Stream stream, NamedArray array)
    {
        NpyMatrix.WriteHeader(stream, array.Type.Npy, array.Shape);
        array.Write(stream);
    }
}
