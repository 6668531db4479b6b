namespace ManualVae.Compute;

/// <summary>How a backend multiplies dense matrices; everything else it computes in single precision.</summary>
public enum Precision
{
    /// <summary>Single precision throughout.</summary>
    Fp32,
    /// <summary>Operands rounded to TF32 (10 bits of mantissa) for a GPU's tensor cores, sums in single precision.</summary>
    Tf32,
    /// <summary>
    /// Operands rounded to bfloat16 (7 bits of mantissa) for a processor's dot products, sums in single precision.
    /// </summary>
    Bf16,
}
