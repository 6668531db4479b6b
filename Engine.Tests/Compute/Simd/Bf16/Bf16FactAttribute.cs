using ManualVae.Compute.Simd.Bf16;
using Xunit;

namespace ManualVae.Tests.Compute.Simd.Bf16;

/// <summary>A fact about the instruction, skipped with the reason where there is none.</summary>
internal sealed class Bf16FactAttribute : FactAttribute
{
    public Bf16FactAttribute()
    {
        if (Bf16Kernel.Lacking is { } lack) Skip = $"products in bfloat16: {lack}";
    }
}
