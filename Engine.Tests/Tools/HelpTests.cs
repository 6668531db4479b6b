using ManualVae.Tools;
using ManualVae.Tools.Help;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>What the program says of itself.</summary>
[Collection(nameof(CommandLine))]
public class HelpTests
{
    public static TheoryData<string> Verbs => [.. VerbPath.Leaves(Program.Root()).Select(VerbPath.Of)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_verb_has_one_to_three_examples_that_parse(string verb)
    {
        string[] examples = [.. Examples.Of(verb)];
        Assert.InRange(examples.Length, 1, 3);
        Assert.All(examples, example =>
        {
            string[] words = example.Split(" >")[0].Split(' ')[1..];
            var parsed = Program.Root().Parse(words);
            Assert.Empty(parsed.Errors);
            Assert.Equal(verb, VerbPath.Of(parsed.CommandResult.Command));
        });
    }

    [Fact]
    public void Every_example_is_of_a_verb_and_the_first_commands_parse()
    {
        Assert.Empty(Examples.Verbs.Except(VerbPath.Leaves(Program.Root()).Select(VerbPath.Of)));
        Assert.All(Examples.First, first => Assert.Empty(Program.Root().Parse(first.Split(' ')[1..]).Errors));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Help_has_every_flag_in_a_group_and_fits_into_80_columns(string verb)
    {
        var command = verb.Split(' ').Aggregate((System.CommandLine.Command)Program.Root(),
            (parent, word) => parent.Subcommands.Single(child => child.Name == word));
        string page = HelpPage.Of(command, 80, all: true);
        Assert.All(page.Split('\n'), line => Assert.True(line.Length <= 80, line));
        Assert.All(command.Options, option => Assert.Contains(option.Name, page));
        Assert.Contains("Examples:\n", page);
        Assert.Contains("\nMessages:\n", page);
    }

    [Fact]
    public void Training_help_is_short_and_help_all_has_the_rest()
    {
        var common = CommandLine.Run("train", "--help").Succeeded();
        var all = CommandLine.Run("train", "--help-all").Succeeded();
        Assert.Contains("\nModel:\n", common.Output);
        Assert.Contains("--epochs <n>", common.Output);
        Assert.DoesNotContain("--pseudo-inputs", common.Output);
        Assert.DoesNotContain("--lambda <x>", common.Output);
        Assert.Contains("more flags: manualvae train --help-all", common.Output);
        Assert.Contains("\nOf --model ease:\n  --lambda <x>", all.Output);
        Assert.Contains("--pseudo-inputs", all.Output);
        Assert.InRange(common.Output.Split('\n').Length, 30, 80);
        Assert.Equal(common.Output, CommandLine.Run("help", "train").Output);
        Assert.Equal(all.Output, CommandLine.Run("help", "train", "--all").Output);
    }

    [Fact]
    public void The_program_alone_lists_every_verb_in_one_line_and_ends_with_0()
    {
        var alone = CommandLine.Run().Succeeded();
        Assert.Equal("", alone.Messages);
        string[] lines = alone.Output.Split('\n');
        Assert.All(lines, line => Assert.True(line.Length <= 80, line));
        Assert.All(Program.Root().Subcommands, verb => Assert.Single(lines, line =>
            line.StartsWith($"  {verb.Name} ", StringComparison.Ordinal)
                && line.EndsWith(verb.Description!, StringComparison.Ordinal)));
        Assert.All(Examples.First, first => Assert.Contains($"  {first}\n", alone.Output));
        Assert.Equal(alone.Output, CommandLine.Run("--help").Succeeded().Output);
        Assert.Equal(alone.Output, CommandLine.Run("help").Succeeded().Output);
        Assert.Contains("  import ", CommandLine.Run("data").Succeeded().Output);
    }

    [Fact]
    public void The_version_names_the_runtime() =>
        Assert.Matches(@"^manualvae \d+\.\d+\.\d+\S*, \.NET \S+, \S+\n$", CommandLine.Run("--version").Succeeded().Output);

    [Theory]
    [InlineData("evaluat --run x", "Unknown verb 'evaluat' (did you mean 'evaluate'?). Try: manualvae --help")]
    [InlineData("data imprt", "Unknown verb 'imprt' (did you mean 'import'?). Try: manualvae data --help")]
    [InlineData("train --output x --epoch 5", "Unknown flag --epoch (did you mean '--epochs'?). Try: manualvae train --help")]
    [InlineData("train --output x --bogus 5", "Unknown flag --bogus. Try: manualvae train --help")]
    [InlineData("help trian", "help trian: no such verb (did you mean 'train'?)")]
    [InlineData("gradcheck --preset recva", "--preset recva: unknown (did you mean 'recvae'?)")]
    [InlineData("data download ml-1n", "(did you mean 'ml-1m'?)")]
    [InlineData("serve --run x", "Unknown flag --run: RUN comes without a flag, as in: manualvae serve RUN. Try: ")]
    [InlineData("compare a b --metric x", "Unknown flag --metric (did you mean '--metrics'?). Try: manualvae compare --help")]
    [InlineData("evaluate --run x --split tset", "--split 'tset': give one of test, validation (did you mean 'test'?). Try: ")]
    [InlineData("recommend --run x --user u --top ten", "--top 'ten': give a whole number. Try: manualvae recommend --help")]
    [InlineData("recommend --user u --run", "--run needs a value: --run FOLDER. Try: manualvae recommend --help")]
    [InlineData("recommend --user u --run a --run b", "--run was given 2 values ('a', 'b'); it takes one. Try: ")]
    public void A_mistyped_name_is_asked_about(string command, string expected)
    {
        var result = CommandLine.Run(command.Split(' '));
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("manualvae: ", result.Messages);
        Assert.Contains(expected, result.Messages);
    }

    [Fact]
    public void A_mistyped_model_metric_or_setting_is_asked_about()
    {
        using var folder = TestData.NewFolder();
        CommandLine.WriteToyData(folder["data"]);
        string Said(params string[] more) =>
            CommandLine.Run(["train", "--data", folder["data"], "--output", folder["run"], .. more]).Messages;
        Assert.Contains("--model esae: unknown (did you mean 'ease'?)", Said("--model", "esae"));
        Assert.Contains("--device smid: no such device (did you mean 'simd'?)", Said("--device", "smid"));
        Assert.Contains("logistic (did you mean 'multinomial'?)", Said("--likelihood", "multinomal"));
        Assert.Contains("Unknown metric 'NDGC@10' (did you mean 'NDCG'?)", Said("--validation-metric", "NDGC@10"));
        Assert.Contains("--format movilens: unknown (did you mean 'movielens'?)", CommandLine.Run("data", "import", "--input",
            folder["data"], "--output", folder["new"], "--format", "movilens").Messages);
        folder.Write("bogus.json", "{ \"bogus\": 3 }");
        string bogus = Said("--config", folder["bogus.json"]);
        Assert.Contains("no setting 'bogus'", bogus);
        Assert.DoesNotContain("did you mean", bogus);
    }
}
