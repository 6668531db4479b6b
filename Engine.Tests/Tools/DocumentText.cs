using System.Text.RegularExpressions;

namespace ManualVae.Tests.Tools;

/// <summary>What a document shows: commands, and code that is compiled somewhere else.</summary>
internal static class DocumentText
{
    /// <summary>The fenced blocks of a language, in order.</summary>
    /// <param name="document">Path below the repository.</param>
    /// <param name="language">Such as <c>sh</c>.</param>
    public static string[] Blocks(string document, string language) =>
        [.. Regex.Matches(Read(document), $"```{language}\n(.*?)```", RegexOptions.Singleline)
            .Select(block => block.Groups[1].Value.Trim())];

    /// <summary>The commands of a program in the sh blocks. A line that ends with a backslash goes on.</summary>
    public static string[] Commands(string document, string program) =>
        [.. Blocks(document, "sh")
            .SelectMany(block => block.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
            .Select(line => line.Split(" #")[0].Trim())
            .Where(line => line.StartsWith(program + " ", StringComparison.Ordinal))];

    /// <summary>What stands between the marks <c>// begin</c> and <c>// end</c> of a source, without indentation.</summary>
    public static string[] Regions(string source) =>
        [.. Read(source).Split("// begin\n")[1..].Select(part => part.Split("        // end")[0]
            .Replace("\n        ", "\n", StringComparison.Ordinal).Trim())];

    /// <summary>
    /// Runs the commands of a document in order, in a folder; those that <paramref name="skip"/> names are left out.
    /// </summary>
    public static void Run(string document, TemporaryFolder folder, Func<string[], bool> skip)
    {
        foreach (string command in Commands(document, "manualvae"))
        {
            bool IsPath(string word) => word.StartsWith("runs/", StringComparison.Ordinal) || File.Exists(folder[word]);
            string[] words = [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]
                .Select(word => IsPath(word) ? folder[word.Split('/')] : word)];
            if (skip(words)) continue;
            var result = CommandLine.Run(words);
            Xunit.Assert.True(result.ExitCode == 0, $"{command}: exit code {result.ExitCode}, {result.Messages}");
            Xunit.Assert.NotEqual("", result.Output);
        }
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(TestData.RepositoryRoot, path));
}
