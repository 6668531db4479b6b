using ManualVae.Compute;
#if ILGPU
using ManualVae.Data;
#endif
using Xunit;

namespace ManualVae.Tests.Compute;

/// <summary>A backend that lives as long as the tests of a class; null where this machine lacks the device.</summary>
public abstract class DeviceFixture(string device) : IDisposable
{
    private IBackend? _backend;

    internal IBackend Backend => _backend ??= Backends.Create(device);

    public void Dispose() => _backend?.Dispose();
}

/// <summary>A theory that needs a device; skipped, with the reason, where this machine or build lacks it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TheoryWithDeviceAttribute : TheoryAttribute
{
    private static readonly Lazy<IReadOnlyList<DeviceInfo>> Devices = new(() => Backends.List(1));

    public TheoryWithDeviceAttribute(string device) => Skip = Reason(device);

    internal static string? Reason(string device) =>
        Devices.Value.FirstOrDefault(info => info.Name == device) is not { } found ? $"{device}: no such device"
        : found.Available ? null : $"{device}: {found.Description}";
}

/// <summary>The same for a fact.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactWithDeviceAttribute : FactAttribute
{
    public FactWithDeviceAttribute(string device) => Skip = TheoryWithDeviceAttribute.Reason(device);
}

/// <summary>The GPU kernels on ILGPU's CPU accelerator.</summary>
public class GpuKernelTests(GpuKernelTests.Fixture fixture) : IClassFixture<GpuKernelTests.Fixture>
{
    public sealed class Fixture() : DeviceFixture("ilgpu-cpu");

    public static TheoryData<string> Operations => GpuChecks.Operations;

    [TheoryWithDevice("ilgpu-cpu"), MemberData(nameof(Operations))]
    public void Every_operation_agrees_with_the_reference(string operation) => GpuChecks.AssertAgrees(operation, fixture.Backend);

    [FactWithDevice("ilgpu-cpu")]
    public void Every_level_of_the_matrix_product_agrees_in_every_layout() => GpuChecks.AssertLevelsAgree(fixture.Backend);

    [FactWithDevice("ilgpu-cpu")]
    public void Top_k_agrees_with_the_reference() => GpuChecks.AssertTopKAgrees(fixture.Backend);

    [FactWithDevice("ilgpu-cpu")]
    public void Uniform_draws_are_those_of_the_processor() => GpuChecks.AssertMasksEqual(fixture.Backend);

    [FactWithDevice("ilgpu-cpu")]
    public void Training_gives_the_weights_of_the_reference() => GpuChecks.AssertTrainsLikeTheReference(fixture.Backend);

    [FactWithDevice("ilgpu-cpu")]
    public void Equal_work_gives_equal_bits() => GpuChecks.AssertRepeats(fixture.Backend);

    [FactWithDevice("ilgpu-cpu")]
    public void A_squared_norm_is_summed_in_double_precision() => GpuChecks.AssertSquaredNorm(fixture.Backend);

    [FactWithDevice("ilgpu-cpu")]
    public void Disposing_with_tensors_and_batches_left_is_quiet_and_final()
    {
        var backend = Backends.Create("ilgpu-cpu");
        backend.Allocate(3, 4);
        backend.AllocateBatch(2, 5, 6);
        backend.Dispose();
        using var another = Backends.Create("ilgpu-cpu");
        Assert.Equal(24, another.SquaredNorm(Filled(another, 2, 3, 2)));
    }

    [FactWithDevice("ilgpu-cpu")]
    public void What_does_not_fit_is_refused_with_the_figures()
    {
#if ILGPU
        using var backend = ManualVae.Compute.Gpu.GpuDevices.Create("ilgpu-cpu", Precision.Fp32, out _, memoryLimit: 8 << 20)!;
        Assert.Equal(8 << 20, backend.MemoryLimit);
        var half = backend.Allocate(1024, 1024); // 4 MiB
        var problem = Assert.Throws<InputException>(() => backend.Allocate(5 * 256, 1024));
        Assert.Contains("8 MiB were free, 4 MiB are taken, another 5 MiB are needed", problem.Message);
        backend.Free(half);
        backend.Free(backend.Allocate(5 * 256, 1024));
#endif
    }

    private static Tensor Filled(IBackend backend, int rows, int columns, double value)
    {
        var tensor = backend.Allocate(rows, columns);
        backend.Fill(tensor, value);
        return tensor;
    }
}

/// <summary>The same on the first CUDA device.</summary>
public class GpuDeviceTests(GpuDeviceTests.Fixture fixture) : IClassFixture<GpuDeviceTests.Fixture>
{
    public sealed class Fixture() : DeviceFixture("gpu:0");

    public static TheoryData<string> Operations => GpuChecks.Operations;

    [TheoryWithDevice("gpu:0"), MemberData(nameof(Operations))]
    public void Every_operation_agrees_with_the_reference(string operation) => GpuChecks.AssertAgrees(operation, fixture.Backend);

    [FactWithDevice("gpu:0")]
    public void Every_level_of_the_matrix_product_agrees_in_every_layout() => GpuChecks.AssertLevelsAgree(fixture.Backend);

    [FactWithDevice("gpu:0")]
    public void Top_k_agrees_with_the_reference() => GpuChecks.AssertTopKAgrees(fixture.Backend);

    [FactWithDevice("gpu:0")]
    public void Uniform_draws_are_those_of_the_processor() => GpuChecks.AssertMasksEqual(fixture.Backend);

    [FactWithDevice("gpu:0")]
    public void Training_gives_the_weights_of_the_reference() => GpuChecks.AssertTrainsLikeTheReference(fixture.Backend);

    [FactWithDevice("gpu:0")]
    public void Equal_work_gives_equal_bits() => GpuChecks.AssertRepeats(fixture.Backend);

    [FactWithDevice("gpu:0")]
    public void A_squared_norm_is_summed_in_double_precision() => GpuChecks.AssertSquaredNorm(fixture.Backend);
}
