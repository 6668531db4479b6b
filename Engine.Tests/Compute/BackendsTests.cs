using ManualVae.Compute;
using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Compute;

public class BackendsTests
{
    [Theory]
    [InlineData("cuda")]
    [InlineData("gpu:")]
    [InlineData("gpu:-1")]
    [InlineData("gpu:x")]
    [InlineData("")]
    public void An_unknown_device_is_named_beside_the_known_ones(string device)
    {
        var problem = Assert.Throws<InputException>(() => Backends.Create(device));
        Assert.Equal($"Device {device}: no such device; give one of {Backends.Names}.", problem.Message);
        Assert.Equal($"--device {device}: no such device; give one of {Backends.Names}.",
            problem.Describe(name => "--" + name.ToLowerInvariant()));
    }

    [Fact]
    public void A_device_that_is_not_there_stops_with_one_line_that_says_why()
    {
        var problem = Assert.Throws<InputException>(() => Backends.Create("gpu:999"));
        Assert.StartsWith("Device gpu:999: ", problem.Message);
        Assert.DoesNotContain('\n', problem.Message);
    }

    [Theory]
    [InlineData("simd")]
    [InlineData("reference")]
    [InlineData("gpu:999")]
    public void A_device_without_tensor_cores_refuses_tf32_in_one_line(string device)
    {
        var problem = Assert.Throws<InputException>(() => Backends.Create(device, precision: Precision.Tf32));
        Assert.Contains($"Device {device}", problem.Message);
        Assert.DoesNotContain('\n', problem.Message);
    }

    [Fact]
    public void Auto_does_not_fall_back_to_a_device_without_tf32()
    {
        IBackend? backend = null;
        var problem = Record.Exception(() => backend = Backends.Create("auto", 1, precision: Precision.Tf32));
        using (backend)
            if (backend is null)
                Assert.StartsWith("Precision is tf32, but no GPU has it (", Assert.IsType<InputException>(problem).Message);
            else Assert.Equal(Precision.Tf32, Assert.IsAssignableFrom<ILayeredGemm>(backend).Precision);
    }

    [Fact]
    public void Auto_gives_a_GPU_or_says_in_one_line_that_there_is_none()
    {
        var messages = new List<string>();
        using var backend = Backends.Create("auto", 1, messages.Add);
        if (backend.Name.StartsWith("gpu:", StringComparison.Ordinal)) Assert.Empty(messages);
        else
        {
            Assert.StartsWith("device: simd (no GPU found: ", Assert.Single(messages));
            Assert.DoesNotContain('\n', messages[0]);
        }
    }

    [Fact]
    public void A_negative_number_of_threads_is_refused() => Assert.Equal(
        "Threads is -1; give a number of threads, or 0 for all processors.",
        Assert.Throws<InputException>(() => Backends.Create("simd", -1)).Message);

    [Fact]
    public void Every_listed_device_is_available_or_says_why_not_and_creation_agrees()
    {
        var devices = Backends.List(1);
        Assert.Contains(devices, device => device is { Name: "reference", Available: true });
        Assert.Contains(devices, device => device.Name == "gpu:0");
        Assert.Contains(devices, device => device.Name == "ilgpu-cpu");
        foreach (var device in devices)
        {
            Assert.NotEmpty(device.Description);
            if (device.Available)
            {
                using var backend = Backends.Create(device.Name, 1);
                Assert.Equal(device.Name, backend.Name);
            }
            else
            {
                Assert.Contains(device.Description, Assert.Throws<InputException>(() => Backends.Create(device.Name)).Message);
            }
        }
    }
}
