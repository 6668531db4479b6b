namespace ManualVae.Data.Import;

/// <summary>
/// Reads Parquet of others. On a damaged file its library fails in many ways (an index, a cast, a number that is too large,
/// memory that a length asks for): all of them say the same to whoever gave the file.
/// </summary>
internal static class ParquetGuard
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">It is no Parquet, or damaged.</exception>
    public static T Read<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception problem) when (problem is not (InputException or OperationCanceledException or NotUtf8Exception))
        {
            string found = InputException.FirstLine(problem);
            throw new InputException($"{path}: cannot be read as Parquet ({found}); fetch or export it again.", problem);
        }
    }
}
