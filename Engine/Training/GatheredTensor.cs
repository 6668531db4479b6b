using System.Runtime.InteropServices;
using ManualVae.Compute;

namespace ManualVae.Training;

/// <summary>Takes a piece of a tensor's elements.</summary>
internal delegate void PieceTaker(ReadOnlySpan<byte> elements);

/// <summary>
/// A parameter's tensor as a whole, piece by piece: where ranks share its items, the first rank gets all parts.
/// </summary>
internal static class GatheredTensor
{
    private const int AtOnce = 1 << 18; // elements

    /// <summary>Hands the elements over on the first rank, in order; the other ranks send theirs.</summary>
    /// <param name="backend">Where it lies.</param>
    /// <param name="parameter">Whose tensor.</param>
    /// <param name="tensor">Its value or one of its moments.</param>
    /// <param name="take">Takes each piece, in the backend's precision.</param>
    public static void Read(IBackend backend, Parameter parameter, Tensor tensor, PieceTaker take)
    {
        var ranks = backend.Ranks;
        bool shared = ranks.Size > 1 && parameter.ItemAxis != ItemAxis.None;
        int size = backend.IsDoublePrecision ? sizeof(double) : sizeof(float);
        byte[] buffer = [];
        for (int owner = 0; owner < (shared ? ranks.Size : 1); owner++)
        {
            long length = !shared ? tensor.Length
                : (long)ItemRange.Of(parameter.Items.All, owner, ranks.Size).Count * parameter.ItemWidth;
            for (long at = 0; at < length; at += AtOnce)
            {
                int count = (int)Math.Min(AtOnce, length - at);
                if (buffer.Length < count * size) buffer = new byte[count * size];
                var bytes = buffer.AsSpan(0, count * size);
                if (!shared || owner == ranks.Rank) Download(backend, tensor.View(at, 1, count), bytes);
                if (shared) ranks.ToFirst(owner, bytes);
                if (ranks.IsFirst) take(bytes);
            }
        }
    }

    private static void Download(IBackend backend, Tensor piece, Span<byte> bytes)
    {
        if (backend.IsDoublePrecision) backend.Download(piece, MemoryMarshal.Cast<byte, double>(bytes));
        else backend.Download(piece, MemoryMarshal.Cast<byte, float>(bytes));
    }
}
