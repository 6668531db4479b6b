using System.Diagnostics;
using System.Runtime.Intrinsics;
using ManualVae.Compute;
using ManualVae.Compute.Simd;
using Xunit;

namespace ManualVae.Tests.Compute.Simd;

/// <summary>Every vector tier is really run: child processes with instruction sets switched off.</summary>
public class SimdTierTests
{
    [Fact]
    public void This_processor_passes_every_check()
    {
        using var backend = new SimdBackend(2);
        TierChecks.Operations(backend);
        TierChecks.Products(backend);
        TierChecks.ElementaryFunctions();
        TierChecks.SpecialValues(backend);
    }

    /// <summary>The tiles of kernels that this processor would not choose; vectors it lacks are made of smaller ones.</summary>
    [Fact]
    public void Every_micro_kernel_multiplies_right_on_any_processor()
    {
        using var threads = new WorkerPool(2);
        foreach (var kernel in new[] { GemmKernel.Wide512, GemmKernel.Wide256, GemmKernel.Portable })
        {
            using var backend = new SimdBackend(threads, kernel);
            Assert.Contains(kernel.Name, backend.Description, StringComparison.Ordinal);
            TierChecks.Products(backend);
        }
    }

    [Fact]
    public void Without_AVX512_the_256_bit_kernels_pass_every_check()
    {
        if (!Vector256.IsHardwareAccelerated) return; // this machine starts below that tier; the others below cover it
        Assert.Contains("Vector256", Child("EnableAVX512F", "EnableAVX512"));
    }

    [Fact]
    public void Without_AVX2_the_portable_kernels_pass_every_check() =>
        Assert.Contains("Vector<float> x 4", Child("EnableAVX512F", "EnableAVX512", "EnableAVX2", "EnableAVX"));

    [Fact]
    public void Without_any_intrinsics_software_vectors_pass_every_check() =>
        Assert.Contains("Vector<float> x 4", Child("EnableHWIntrinsic"));

    /// <summary>Runs <see cref="TierChecks.Main"/> with the named switches at 0; returns what it printed.</summary>
    private static string Child(params string[] switchedOff)
    {
        string assembly = typeof(TierChecks).Assembly.Location, stem = Path.ChangeExtension(assembly, null);
        var start = new ProcessStartInfo(ToolProcess.Host)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            ArgumentList =
            {
                "exec", "--runtimeconfig", stem + ".runtimeconfig.json", "--depsfile", stem + ".deps.json", assembly, "tier",
            },
        };
        foreach (string name in switchedOff) start.Environment["DOTNET_" + name] = "0";
        using var child = Process.Start(start)!;
        var errors = child.StandardError.ReadToEndAsync();
        string output = child.StandardOutput.ReadToEnd();
        Assert.True(child.WaitForExit(240_000), "the child process did not end");
        Assert.True(child.ExitCode == 0 && output.Contains("passed", StringComparison.Ordinal), output + errors.Result);
        return output;
    }
}
