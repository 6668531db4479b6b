namespace ManualVae.Compute;

/// <summary>How a GPU multiplies matrices; everything else it computes in single precision.</summary>
public enum Precision
{
    /// <summary>Single precision throughout.</summary>
    Fp32,
    /// <summary>Operands rounded to TF32 (10 bits of mantissa) for the tensor cores, sums in single precision.</summary>
    Tf32,
}
