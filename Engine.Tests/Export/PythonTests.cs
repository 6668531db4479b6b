using System.Diagnostics;
using System.Text.RegularExpressions;
using ManualVae.Tests.Tools;
using Xunit;

namespace ManualVae.Tests.Export;

/// <summary>docs/export.md as it stands: its commands, and its Python where Python is at hand.</summary>
[Collection(nameof(CommandLine))]
public sealed partial class PythonTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_command_works() => RunCommands();

    [FactWithPython("numpy", "scipy")]
    public void NumPy_and_SciPy_read_the_files()
    {
        RunCommands();
        string[] printed = [.. Blocks("python").Where(block => !block.Contains("onnxruntime") && !block.Contains("safetensors"))
            .Select(block => Run(block))];
        Assert.Equal(3, printed.Length);
        Assert.Equal(Recommended(), printed[0].Split(' '));
        Assert.Equal("(60, 200) (60, 200) (60, 200)", printed[1]);
        var similar = CommandLine.Run("similar", "--run", _folder["runs", "vae"], "--item", Ids()[3], "--top", "5", "--json")
            .Succeeded().Json.GetProperty("similar");
        Assert.Equal(Items(similar), printed[2].Split(' '));
    }

    [FactWithPython("onnxruntime", "numpy")]
    public void ONNX_Runtime_runs_the_models()
    {
        RunCommands();
        string printed = Run(Blocks("python").Single(block => block.Contains("onnxruntime")), "onnxruntime");
        Assert.Equal(Recommended(), printed.Split(' '));
    }

    [FactWithPython("safetensors", "numpy")]
    public void The_package_of_safetensors_reads_the_file()
    {
        RunCommands();
        Assert.Equal("multvae (200, 48)", Run(Blocks("python").Single(block => block.Contains("safetensors")), "safetensors"));
    }

    private string[] Ids() =>
        [.. File.ReadLines(_folder["runs", "vae.npz.items.tsv"]).Skip(1).Select(line => line.Split('\t')[1])];

    // What the columns 3, 8 and 20 bring up.
    private IEnumerable<string?> Recommended()
    {
        string[] ids = Ids();
        string clicked = $"{ids[3]},{ids[8]},{ids[20]}";
        return Items(CommandLine.Run("recommend", "--run", _folder["runs", "vae"], "--items", clicked, "--json").Succeeded()
            .Json.GetProperty("recommendations"));
    }

    private static IEnumerable<string?> Items(System.Text.Json.JsonElement list) =>
        list.EnumerateArray().Select(item => item.GetProperty("item").GetString());

    private void RunCommands()
    {
        string[] commands = [.. Blocks("sh").SelectMany(block => block.Trim().Split('\n'))];
        Assert.True(commands.Length > 10);
        foreach (string command in commands)
            CommandLine.Run([.. command.Split(' ')[1..].Select(word => word.StartsWith("runs/", StringComparison.Ordinal)
                ? _folder[word.Split('/')] : word)]).Succeeded();
    }

    private string Run(string program, string package = "scipy")
    {
        var start = new ProcessStartInfo(FactWithPythonAttribute.PythonWith(package, "numpy")!, ["-"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            WorkingDirectory = _folder.Path,
        };
        using var python = Process.Start(start)!;
        python.StandardInput.Write(program);
        python.StandardInput.Close();
        string printed = python.StandardOutput.ReadToEnd(), errors = python.StandardError.ReadToEnd();
        python.WaitForExit();
        Assert.True(python.ExitCode == 0, errors);
        return printed.Trim();
    }

    private static IEnumerable<string> Blocks(string language) =>
        Block().Matches(File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "docs", "export.md")))
            .Where(block => block.Groups["language"].Value == language).Select(block => block.Groups["text"].Value);

    [GeneratedRegex(@"```(?<language>\w+)\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}

/// <summary>A test that needs Python packages; skipped, with the reason, where no Python on the path has them.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactWithPythonAttribute : FactAttribute
{
    /// <summary>Names the packages.</summary>
    public FactWithPythonAttribute(params string[] packages)
    {
        if (PythonWith(packages) is null)
            Skip = $"needs a Python with {string.Join(", ", packages)}: {string.Join(" or ", Candidates)}";
    }

    /// <summary>A Python with these packages, or null.</summary>
    public static string? PythonWith(params string[] packages) =>
        Candidates.FirstOrDefault(python => Succeeds(python, $"import {string.Join(", ", packages)}"));

    private static string[] Candidates => ["python3", "/usr/bin/python3"];

    private static bool Succeeds(string python, string program)
    {
        try
        {
            var start = new ProcessStartInfo(python, ["-c", program]) { RedirectStandardError = true, UseShellExecute = false };
            using var process = Process.Start(start)!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // no such program
        }
    }
}
