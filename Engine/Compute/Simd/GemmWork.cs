namespace ManualVae.Compute.Simd;

/// <summary>One product: everything that a part of its dispatch must know.</summary>
internal unsafe struct GemmWork<TEpilogue> where TEpilogue : struct, IEpilogue
{
    public GemmKernel Kernel;
    public Operand Left, Right; // of a tile: its rows and its columns
    public bool PacksRight, Transposed; // transposed: tiles are those of C'
    public int M, N, K;
    public int Step, KStep, KChunks, Chunks; // chunks of the right operand: in steps of columns, and of k within these
    public int Packs; // parts in which a chunk is packed
    public int Blocks, Groups; // a chunk is multiplied in Blocks x Groups tasks
    public float* Panels; // of two packed chunks
    public nint PanelsSize;
    public GemmProgress Progress;
    public float* Scratch; // of all workers
    public nint ScratchSize; // of one worker
    public float* C;
    public nint Stride;
    public bool Accumulate, LowerOnly;
    public float* RowSums; // of the left operand, or null
    public TEpilogue Epilogue;

    /// <summary>In how many tasks a chunk is multiplied.</summary>
    public readonly int Tasks => Blocks * Groups;

    /// <summary>A chunk of the right operand.</summary>
    public readonly OperandPiece Chunk(int chunk)
    {
        int first = chunk / KChunks * Step, k0 = chunk % KChunks * KStep;
        return new(first, Math.Min(Step, N - first), k0, Math.Min(KStep, K - k0));
    }

    /// <summary>Where a packed chunk lies.</summary>
    public readonly float* Panel(int chunk) => Panels + chunk % 2 * PanelsSize;

    /// <summary>
    /// The block of the left operand that a task multiplies by a chunk of the right one: whole panels, as even as possible.
    /// </summary>
    public readonly OperandPiece Block(int task, in OperandPiece chunk)
    {
        int panels = Partition.Count(M, Kernel.Rows), block = task % Blocks;
        int first = Partition.Start(panels, block, Blocks) * Kernel.Rows;
        int end = Partition.Start(panels, block + 1, Blocks) * Kernel.Rows;
        return new(first, Math.Min(end, M) - first, chunk.K0, chunk.K);
    }

    /// <summary>
    /// One of several parts of a chunk of the right operand: whole panels, none if the chunk is a small last one.
    /// </summary>
    public readonly OperandPiece Columns(in OperandPiece chunk, int part, int parts)
    {
        int panels = Partition.Count(chunk.Count, Kernel.Columns);
        int first = Partition.Start(panels, part, parts) * Kernel.Columns;
        int end = Partition.Start(panels, part + 1, parts) * Kernel.Columns;
        return chunk with { First = chunk.First + first, Count = Math.Min(end, chunk.Count) - first };
    }
}
