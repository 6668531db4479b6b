using ManualVae.Compute;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace ManualVae.Tests.Compute;

/// <summary>
/// A backend that all tests on a device share, made at first use, since this machine may lack the device. The tests of a device
/// are a collection of its name, so they run one after another.
/// </summary>
public abstract class DeviceFixture(string device) : IDisposable
{
    private static readonly Lazy<IReadOnlyList<DeviceInfo>> Devices = new(() => Backends.List(1));

    private IBackend? _backend;

    internal IBackend Backend => _backend ??= Backends.Create(device, threads: 2);

    public void Dispose() => _backend?.Dispose();

    /// <summary>Why this machine lacks a device; null if it has it.</summary>
    internal static string? WhyLacking(string device)
    {
        var info = Devices.Value.Single(info => info.Name == device);
        return info.Available ? null : $"{device}: {info.Description}";
    }
}

/// <summary>The processor.</summary>
[CollectionDefinition("simd")]
public sealed class SimdDevice() : DeviceFixture("simd"), ICollectionFixture<SimdDevice>;

/// <summary>
/// The GPU kernels on ILGPU's CPU accelerator, which has a thread of the machine for each thread of a group. Time goes with the
/// number of groups and barriers, so tests on it are small. Two accelerators at the same time would slow each other down many
/// times over.
/// </summary>
[CollectionDefinition("ilgpu-cpu")]
public sealed class EmulatedDevice() : DeviceFixture("ilgpu-cpu"), ICollectionFixture<EmulatedDevice>;

/// <summary>The first CUDA device.</summary>
[CollectionDefinition("gpu:0")]
public sealed class CudaDevice() : DeviceFixture("gpu:0"), ICollectionFixture<CudaDevice>;

/// <summary>A fact about every backend: classes that inherit it are in the collection of a device, and run it there.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("ManualVae.Tests.Compute.DeviceFactDiscoverer", "ManualVae.Engine.Tests")]
internal sealed class DeviceFactAttribute : FactAttribute;

/// <summary>The same for a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("ManualVae.Tests.Compute.DeviceTheoryDiscoverer", "ManualVae.Engine.Tests")]
internal sealed class DeviceTheoryAttribute : TheoryAttribute;

/// <summary>Finds facts, and skips those whose device this machine lacks.</summary>
public sealed class DeviceFactDiscoverer(IMessageSink messages) : FactDiscoverer(messages)
{
    public override IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        Skipped(discoveryOptions, testMethod, DiagnosticMessageSink) ?? base.Discover(discoveryOptions, testMethod, factAttribute);

    internal static IXunitTestCase[]? Skipped(
        ITestFrameworkDiscoveryOptions options, ITestMethod method, IMessageSink messages) =>
        DeviceFixture.WhyLacking(method.TestClass.TestCollection.DisplayName) is not { } reason ? null
        : [new XunitSkippedDataRowTestCase(
            messages, options.MethodDisplayOrDefault(), options.MethodDisplayOptionsOrDefault(), method, reason)];
}

/// <summary>The same for theories.</summary>
public sealed class DeviceTheoryDiscoverer(IMessageSink messages) : TheoryDiscoverer(messages)
{
    public override IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo theoryAttribute) =>
        DeviceFactDiscoverer.Skipped(discoveryOptions, testMethod, DiagnosticMessageSink) ?? base.Discover(discoveryOptions, testMethod, theoryAttribute);
}
