namespace ManualVae.Data.Import;

/// <summary>A stream of which the first bytes have been read already.</summary>
internal class StartedStream(ReadOnlyMemory<byte> start, Stream rest) : ForwardStream
{
    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (start.IsEmpty) return rest.Read(buffer);
        int count = Math.Min(buffer.Length, start.Length);
        start.Span[..count].CopyTo(buffer);
        start = start[count..];
        return count;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) rest.Dispose();
        base.Dispose(disposing);
    }
}
