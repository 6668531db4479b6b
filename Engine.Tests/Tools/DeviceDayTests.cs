using System.Diagnostics;
using ManualVae.Tests.House;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary><c>Engine.Bench/device-day.sh</c>, with a stub in the place of the two programs that it starts.</summary>
public sealed class DeviceDayTests : IDisposable
{
    /// <summary>Lists a device as its first line says; training never ends, anything else repeats its arguments.</summary>
    private const string Stub = "#!/bin/sh\n"
        + "case $1 in devices) echo \"gpu:0    $HAS    a card\" ;; train) sleep 60 ;; *) echo \"ran $*\" ;; esac\n";

    private readonly TemporaryFolder _kit = TestData.NewFolder();

    public void Dispose() => _kit.Dispose();

    [Fact]
    public void Without_a_device_it_stops_with_one_line()
    {
        if (!OperatingSystem.IsLinux()) return;
        var (code, output, errors) = Run("run", has: "no");
        Assert.Equal(3, code);
        Assert.Equal("device-day: needs the device from here on: gpu:0 no a card", errors.Trim());
        Assert.DoesNotContain("--- cases", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_is_ended_at_its_limit_and_counts_as_failed()
    {
        if (!OperatingSystem.IsLinux()) return;
        var (code, output, _) = Run("run", has: "yes", limit: 3);
        Assert.Equal(1, code);
        Assert.Contains("ran tests CudaOperationTests", output, StringComparison.Ordinal);
        Assert.Contains("train: FAILED (124)", output, StringComparison.Ordinal);
        Assert.EndsWith($"device-day: failed: train; see {_kit["results"]}/log.txt", output.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_without_time_are_left_out()
    {
        if (!OperatingSystem.IsLinux()) return;
        var (_, output, _) = Run("run", has: "yes", budget: 0);
        Assert.Contains("--- bench-gemm: no time left", output, StringComparison.Ordinal);
        Assert.Contains("device-day: done, but left out: list cases bench-gemm train;", output, StringComparison.Ordinal);
        Assert.False(File.Exists(_kit["results/gemm.json"]));
    }

    [Fact]
    public void What_is_not_there_is_left_out_and_not_done()
    {
        if (!OperatingSystem.IsLinux()) return;
        var (code, output, errors) = Run("dry", has: "no", data: "");
        Assert.True(code == 0, errors);
        Assert.Contains("train: left out", output, StringComparison.Ordinal);
        Assert.Matches(@"device-day: done, but left out:.* train; results in ", output);
        Assert.Equal("ran bench gemm --shape 64x64x64 --threads 1 --json", File.ReadAllText(_kit["dry/gemm.json"]).Trim());
    }

    private (int Code, string Output, string Errors) Run(
        string mode, string has, int budget = 600, int limit = 60, string data = "folder")
    {
        string stub = _kit["stub"];
        File.WriteAllText(stub, Stub);
        if (OperatingSystem.IsLinux()) File.SetUnixFileMode(stub, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo("/bin/sh", [SourceFiles.FullPath("Engine.Bench/device-day.sh"), mode, _kit.Path])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
            Environment =
            {
                ["MANUALVAE"] = stub, ["TESTS"] = stub, ["HAS"] = has, ["DATA"] = data,
                ["BUDGET"] = $"{budget}", ["LIMIT"] = $"{limit}", ["ONLY"] = "list cases bench-gemm train",
            },
        };
        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd(), errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors);
    }
}
