using ILGPU;
using ILGPU.Runtime.CPU;
using ManualVae.Compute;
using ManualVae.Compute.Gpu;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Training;
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

    public static TheoryData<string> Operations => BackendChecks.Operations;

    [TheoryWithDevice("ilgpu-cpu"), MemberData(nameof(Operations))]
    public void Every_operation_agrees_with_the_reference(string operation) => BackendChecks.AssertAgrees(operation, fixture.Backend);

    [FactWithDevice("ilgpu-cpu")]
    public void Every_level_of_the_matrix_product_agrees_in_every_layout() => BackendChecks.AssertLevelsAgree(fixture.Backend);

    [FactWithDevice("ilgpu-cpu")]
    public void Top_k_agrees_with_the_reference() => BackendChecks.AssertTopKAgrees(fixture.Backend);

    [FactWithDevice("ilgpu-cpu")]
    public void Uniform_draws_are_those_of_the_processor() => BackendChecks.AssertMasksEqual(fixture.Backend);

    [FactWithDevice("ilgpu-cpu")]
    public void Training_gives_the_weights_of_the_reference() => BackendChecks.AssertTrainsLikeTheReference(fixture.Backend);

    [FactWithDevice("ilgpu-cpu")]
    public void Fused_updates_are_those_of_the_gradient() => BackendChecks.AssertFusedUpdatesAgree(fixture.Backend);

    [FactWithDevice("ilgpu-cpu")]
    public void Loads_do_not_disturb_queued_work() => BackendChecks.AssertLoadsDoNotDisturbQueuedWork(fixture.Backend);

    [FactWithDevice("ilgpu-cpu")]
    public void Empty_batches_pass() => BackendChecks.AssertEmptyBatchesPass(fixture.Backend);

    [FactWithDevice("ilgpu-cpu")]
    public void NaN_reaches_the_loss() => BackendChecks.AssertNaNReachesTheLoss(fixture.Backend);

    [FactWithDevice("ilgpu-cpu")]
    public void Tensor_cores_serve_layers_where_they_are_asked_for()
    {
        using var backend = Backends.Create("ilgpu-cpu", precision: Precision.Tf32);
        BackendChecks.AssertTensorCoresServeLayers(backend);
    }

    [FactWithDevice("ilgpu-cpu")]
    public void Equal_work_gives_equal_bits() => BackendChecks.AssertRepeats(fixture.Backend);

    [FactWithDevice("ilgpu-cpu")]
    public void A_squared_norm_is_summed_in_double_precision() => BackendChecks.AssertSquaredNorm(fixture.Backend);

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
        using var backend = GpuDevices.Create("ilgpu-cpu", Precision.Fp32, out _, memoryLimit: 8 << 20)!;
        Assert.Equal(8 << 20, backend.MemoryLimit);
        var half = backend.Allocate(1024, 1024); // 4 MiB
        var problem = Assert.Throws<InputException>(() => backend.Allocate(5 * 256, 1024));
        Assert.Contains("8 MiB were free, 4 MiB are taken, another 5 MiB are needed", problem.Message);
        backend.Free(half);
        backend.Free(backend.Allocate(5 * 256, 1024));
    }

    [FactWithDevice("ilgpu-cpu")]
    public void A_model_that_does_not_fit_is_refused_before_anything_is_taken()
    {
        using var backend = GpuDevices.Create("ilgpu-cpu", Precision.Fp32, out _, memoryLimit: 8 << 20)!;
        var estimate = MemoryEstimate.Of(new RunSettings(), 20_108, backend);
        var problem = Assert.Throws<InputException>(() => estimate.RequireFits(backend));
        Assert.Contains("ilgpu-cpu has 8 MiB", problem.Message);
        Assert.DoesNotContain('\n', problem.Message);
        backend.Free(backend.Allocate(7 << 10, 256)); // 7 of them are still there
    }

    [FactWithDevice("ilgpu-cpu")]
    public void A_failure_halfway_gives_everything_back()
    {
        // The backend itself: the accelerator goes with it.
        var context = Context.Create(builder => builder.CPU(CPUDeviceKind.Nvidia));
        var accelerator = context.GetCPUDevice(0).CreateAccelerator(context);
        Assert.Throws<InputException>(() => new GpuBackend(context, accelerator, "ilgpu-cpu", Precision.Fp32, memoryLimit: 8));
        Assert.True(accelerator.IsDisposed);

        // A model and a batch on it: what they had taken goes with the backend, which stays usable until then.
        var backend = GpuDevices.Create("ilgpu-cpu", Precision.Fp32, out _, memoryLimit: 1 << 20)!;
        Assert.Throws<InputException>(() =>
            new Autoencoder(backend, new AutoencoderSettings { Hidden = [60], Latent = 20 }, 2000, 50, seed: 1));
        Assert.Throws<InputException>(() => backend.AllocateBatch(500, 2000, 100_000));
        Assert.Equal(24, backend.SquaredNorm(Filled(backend, 2, 3, 2)));
        backend.Dispose();
        Assert.True(backend.Accelerator.IsDisposed);
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

    public static TheoryData<string> Operations => BackendChecks.Operations;

    [TheoryWithDevice("gpu:0"), MemberData(nameof(Operations))]
    public void Every_operation_agrees_with_the_reference(string operation) => BackendChecks.AssertAgrees(operation, fixture.Backend);

    [FactWithDevice("gpu:0")]
    public void Every_level_of_the_matrix_product_agrees_in_every_layout() => BackendChecks.AssertLevelsAgree(fixture.Backend);

    [FactWithDevice("gpu:0")]
    public void Top_k_agrees_with_the_reference() => BackendChecks.AssertTopKAgrees(fixture.Backend);

    [FactWithDevice("gpu:0")]
    public void Uniform_draws_are_those_of_the_processor() => BackendChecks.AssertMasksEqual(fixture.Backend);

    [FactWithDevice("gpu:0")]
    public void Training_gives_the_weights_of_the_reference() => BackendChecks.AssertTrainsLikeTheReference(fixture.Backend);

    [FactWithDevice("gpu:0")]
    public void Fused_updates_are_those_of_the_gradient() => BackendChecks.AssertFusedUpdatesAgree(fixture.Backend);

    [FactWithDevice("gpu:0")]
    public void Loads_do_not_disturb_queued_work() => BackendChecks.AssertLoadsDoNotDisturbQueuedWork(fixture.Backend);

    [FactWithDevice("gpu:0")]
    public void Empty_batches_pass() => BackendChecks.AssertEmptyBatchesPass(fixture.Backend);

    [FactWithDevice("gpu:0")]
    public void NaN_reaches_the_loss() => BackendChecks.AssertNaNReachesTheLoss(fixture.Backend);

    [FactWithDevice("gpu:0")]
    public void Tensor_cores_serve_layers_where_they_are_asked_for()
    {
        using var backend = Backends.Create("gpu:0", precision: Precision.Tf32);
        BackendChecks.AssertTensorCoresServeLayers(backend);
    }

    [FactWithDevice("gpu:0")]
    public void Equal_work_gives_equal_bits() => BackendChecks.AssertRepeats(fixture.Backend);

    [FactWithDevice("gpu:0")]
    public void A_squared_norm_is_summed_in_double_precision() => BackendChecks.AssertSquaredNorm(fixture.Backend);
}
