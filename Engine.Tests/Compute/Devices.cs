using System.Reflection;
using ManualVae.Compute;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace ManualVae.Tests.Compute;

/// <summary>The device that the tests of a class run on.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class DeviceAttribute(string name) : Attribute
{
    private static readonly Lazy<IReadOnlyList<DeviceInfo>> Devices = new(() => Backends.List(1));

    /// <summary>Name as <see cref="Backends.Create"/> takes it.</summary>
    public string Name => name;

    /// <summary>Why this machine lacks the device of a test class; null if it has it.</summary>
    public static string? WhyLacking(Type tests)
    {
        string name = tests.GetCustomAttribute<DeviceAttribute>()!.Name;
        var device = Devices.Value.Single(device => device.Name == name);
        return device.Available ? null : $"{name}: {device.Description}";
    }
}

/// <summary>A backend that lives as long as the tests of a class; made at first use, since the device may be missing.</summary>
public abstract class DeviceFixture(string device) : IDisposable
{
    private IBackend? _backend;

    internal IBackend Backend => _backend ??= Backends.Create(device, threads: 2);

    public void Dispose() => _backend?.Dispose();
}

/// <summary>A backend on the device that a test class names.</summary>
public sealed class DeviceFixture<TTests>() : DeviceFixture(typeof(TTests).GetCustomAttribute<DeviceAttribute>()!.Name);

/// <summary>A fact about every backend: a class that inherits it runs it on the device of its <see cref="DeviceAttribute"/>.</summary>
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

    internal static IXunitTestCase[]? Skipped(ITestFrameworkDiscoveryOptions options, ITestMethod method, IMessageSink messages) =>
        DeviceAttribute.WhyLacking(method.TestClass.Class.ToRuntimeType()) is not { } reason ? null
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
