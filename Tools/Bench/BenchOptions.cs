using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Tools.Bench;

/// <summary>Options of <c>bench</c>; each of its verbs has those that it uses.</summary>
internal sealed record BenchOptions
{
    /// <summary>Threads that compute; 0 for all processors (gemm: 0 measures one thread and all).</summary>
    public int Threads { get; init; }

    /// <summary>simd, or a GPU (gpu, gpu:N): gemm then shows every level of its product beside simd.</summary>
    public string Device { get; init; } = "simd";

    /// <summary>
    /// Matrix products: fp32, tf32 on a GPU, or bf16 on the processor, which is measured in turn with fp32.
    /// </summary>
    public Precision Precision { get; init; }

    /// <summary>
    /// Products to measure, commas between them: a name of the table (one-user for "one user"), decoder for the three large ones,
    /// or sizes as the table has them: 500x600x20108 is A [500, 600] times B [600, 20108]. Without it, all of the table.
    /// </summary>
    public string? Shape { get; init; }

    /// <summary>Only products stored so: NN, NT or TN (T: stored transposed).</summary>
    public string? Layout { get; init; }

    /// <summary>
    /// Instruction sets to measure side by side, commas between them: 512, 256, portable, reference (plain loops, minutes). Each
    /// runs in a process of its own; without --shape the three large products.
    /// </summary>
    public string? Tiers { get; init; }

    /// <summary>Training steps to time.</summary>
    public int Steps { get; init; } = 60;

    /// <summary>Fits to time; the first also waits for the system's memory.</summary>
    public int Runs { get; init; } = 1;

    /// <summary>Compare with an earlier report: a file that --json filled.</summary>
    public string? Against { get; init; }

    /// <summary>Write a roofline picture into this file; - is standard output.</summary>
    public string? Svg { get; init; }

    /// <summary>The run of an autoencoder to measure; without it, a model of the shape of ML-20M.</summary>
    public string? Run { get; init; }

    /// <summary>Refuses options outside their ranges.</summary>
    /// <exception cref="InputException">Names the option and its range.</exception>
    public void Validate()
    {
        Flags.Positive("--steps", Steps);
        Flags.Positive("--runs", Runs);
        if (Threads < 0) throw new InputException($"--threads {Threads}: give a number of threads, or 0 for all processors.");
    }
}
