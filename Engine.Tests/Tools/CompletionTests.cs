using System.Diagnostics;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>Completion scripts, run by the shells that are at hand.</summary>
[Collection(nameof(CommandLine))]
public sealed class CompletionTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public CompletionTests()
    {
        Directory.CreateDirectory(_folder["runs one"]);
        File.WriteAllText(_folder["runs.txt"], "");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("manualvae ", "train evaluate data")]
    [InlineData("manualvae tr", "=train")]
    [InlineData("manualvae data ", "import describe synthesize")]
    [InlineData("manualvae data imp", "=import")]
    [InlineData("manualvae train --data x --mod", "=--model")]
    [InlineData("manualvae train --model ea", "=ease")]
    [InlineData("manualvae train --preset ml-1m-", "=ml-1m-anchor ml-1m-chronological ml-1m-dae")]
    [InlineData("manualvae data synthesize --preset ", "=small ml-20m netflix msd")]
    [InlineData("manualvae data import --format movie", "=movielens movielens-100k movielens-1m")]
    [InlineData("manualvae evaluate --split ", "=validation test")]
    [InlineData("manualvae evaluate --device s", "=simd")]
    [InlineData("manualvae evaluate --metrics ND", "=NDCG@100")]
    [InlineData("manualvae train --epochs ", "=")]
    [InlineData("manualvae evaluate --run run", "=runs one")]
    [InlineData("manualvae compare run", "=runs one")]
    [InlineData("manualvae train --config run", "=runs one runs.txt")]
    [InlineData("manualvae completion f", "=fish")]
    public void Bash_completes(string line, string expected)
    {
        if (!File.Exists("/bin/bash")) return;
        File.WriteAllText(_folder["script"], CommandLine.Run("completion", "bash").Succeeded().Output);
        string[] words = line.Split(' ');
        string test = $"source ./script; COMP_WORDS=({string.Join(' ', words.Select(word => $"'{word}'"))}); "
            + $"COMP_CWORD={words.Length - 1}; _manualvae; printf '%s\\n' \"${{COMPREPLY[@]}}\"";
        Check(expected, Shell("/bin/bash", "-c", test).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("manualvae tr", "=train")]
    [InlineData("manualvae data imp", "=import")]
    [InlineData("manualvae train --model ea", "=ease")]
    [InlineData("manualvae data synthesize --preset ", "=small ml-20m netflix msd")]
    [InlineData("manualvae evaluate --run runs", "=runs one/")]
    [InlineData("manualvae train --epochs ", "=")]
    public void Fish_completes(string line, string expected)
    {
        if (!File.Exists("/usr/bin/fish")) return;
        File.WriteAllText(_folder["script"], CommandLine.Run("completion", "fish").Succeeded().Output);
        Check(expected, [.. Shell("/usr/bin/fish", "--no-config", "-c", $"source ./script; complete -C '{line}'")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(found => found.Split('\t')[0].Replace("\\", ""))]);
    }

    [Fact]
    public void Zsh_reads_its_script_and_every_script_names_every_verb()
    {
        foreach (string shell in (string[])["bash", "zsh", "fish", "powershell"])
        {
            string script = CommandLine.Run("completion", shell).Succeeded().Output;
            Assert.All(ManualVae.Tools.Program.Root().Subcommands, verb => Assert.Contains(verb.Name, script));
            Assert.All((string[])["ml-1m-chronological", "ilgpu-cpu", "lightgcn"], value => Assert.Contains(value, script));
            if (shell != "zsh" || !File.Exists("/usr/bin/zsh")) continue;
            File.WriteAllText(_folder["script"], script);
            // The two functions of its completion system that matter, as stand-ins that print.
            string test = "compdef() { :; }; compadd() { shift; print -l -- \"$@\"; }; _files() { print FILES \"$@\"; }; "
                + "source ./script; try() { words=(\"$@\"); CURRENT=$#; _manualvae; }; ";
            Check("=small ml-20m netflix msd", Shell("/usr/bin/zsh", "-fc", test + "try manualvae data synthesize --preset ''")
                .Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.Equal("FILES -/\n", Shell("/usr/bin/zsh", "-fc", test + "try manualvae evaluate --run ''"));
            Assert.Contains("import\n", Shell("/usr/bin/zsh", "-fc", test + "try manualvae data ''"));
        }
    }

    // "=a b" are all words, "a b" some of them; "runs one" is one word.
    private static void Check(string expected, string[] found)
    {
        string[] words = [.. expected.TrimStart('=').Replace("runs one", "runs\u00a0one").Split(' ',
            StringSplitOptions.RemoveEmptyEntries).Select(word => word.Replace('\u00a0', ' '))];
        if (expected.StartsWith('=')) Assert.Equal(words.Order(), found.Order());
        else Assert.All(words, word => Assert.Contains(word, found));
    }

    private string Shell(string shell, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(shell, arguments)
        {
            WorkingDirectory = _folder.Path, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        string output = process.StandardOutput.ReadToEnd(), errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal("", errors);
        return output;
    }
}
