using System.Diagnostics;
using ManualVae.Tools;
using Xunit;

namespace ManualVae.Tests.Tools;

public class CultureTests
{
    /// <summary>The program names no culture when it formats numbers, because it is built with the invariant one alone.</summary>
    [Fact]
    public void A_German_environment_changes_no_number()
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardError = true, UseShellExecute = false,
            ArgumentList =
            {
                typeof(Program).Assembly.Location, "tables", "mechanisms", "--data", "none", "--output", "none", "--betas",
                "0,-0.5",
            },
            Environment = { ["LANG"] = "de_DE.UTF-8", ["LC_ALL"] = "de_DE.UTF-8" },
        };
        using var child = Process.Start(start)!;
        Assert.Equal("manualvae: --betas -0.5: give 0 or more.", child.StandardError.ReadToEnd().Trim());
        child.WaitForExit();
        Assert.Equal(2, child.ExitCode);
    }
}
