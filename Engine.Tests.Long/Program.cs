using System.CommandLine;
using ManualVae.Data;

namespace ManualVae.Tests.Long;

/// <summary>
/// The long mode of the tests: hours of changed files, kills and load. Counts go to standard output and into the state file, with
/// which the same command goes on. Exit code 1 where anything went wrong.
/// </summary>
internal static class Program
{
    private static Task<int> Main(string[] args)
    {
        var seed = new Option<int>("--seed") { Description = "Seed of all draws.", DefaultValueFactory = _ => 1 };
        var parts = new Option<string>("--parts")
        {
            Description = $"What to do: {string.Join(", ", LongMode.Parts.Keys)}.",
            DefaultValueFactory = _ => string.Join(',', LongMode.Parts.Keys),
        };
        var minutes = new Option<double?>("--minutes") { Description = "Time for each part; the load of soak lasts as long." };
        var count = new Option<int?>("--count") { Description = "Trials of each part, those of the state file included." };
        var state = new Option<string>("--state")
        {
            Description = "File of counts; a run goes on with it.", DefaultValueFactory = _ => "artifacts/long.json",
        };
        var command = new RootCommand("The long mode of the tests: mutated files, kills and soaks.")
        {
            seed, parts, minutes, count, state,
        };
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            try
            {
                string[] chosen = parsed.GetValue(parts)!.Split(',', StringSplitOptions.RemoveEmptyEntries);
                return LongMode.Run(chosen, parsed.GetValue(seed), parsed.GetValue(minutes), parsed.GetValue(count),
                    parsed.GetValue(state)!, cancellation);
            }
            catch (InputException problem)
            {
                Console.Error.WriteLine(problem.Message);
                return 2;
            }
        }));
        return command.Parse(args).InvokeAsync();
    }
}
