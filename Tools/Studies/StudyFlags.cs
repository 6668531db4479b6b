using System.CommandLine;
using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Study;

namespace ManualVae.Tools.Studies;

/// <summary>The flags that all studies share.</summary>
internal sealed class StudyFlags(int defaultUsers)
{
    private readonly Option<string> _run = new("--run") { Description = "Run folder (made by: manualvae train).",
        HelpName = "folder", Required = true };
    private readonly Option<string?> _data = new("--data") { Description = "Prepared dataset. [default: the run's]",
        HelpName = "folder" };
    private readonly Option<string?> _device = new("--device") {
        Description = $"Where to compute: {Backends.Names}. [default: the run's]", HelpName = "name" };
    private readonly Option<int> _threads = new("--threads") {
        Description = "Threads of the backend; 0 for all. The numbers do not depend on it.", HelpName = "n" };
    private readonly Option<int> _users = new("--users") { Description = "Training users sampled.", HelpName = "n",
        DefaultValueFactory = _ => defaultUsers };
    private readonly Option<string?> _ids = new("--user-ids") {
        Description = "These users instead of a sample.", HelpName = "id,id" };
    private readonly Option<long> _seed = new("--seed") { Description = "Seed of users, pairs, masks and noise.", HelpName = "n",
        DefaultValueFactory = _ => 1 };
    private readonly Option<bool> _json = Flags.Json();

    /// <summary>The flags, for a command.</summary>
    public IEnumerable<Symbol> Options => [_run, _data, _device, _threads, _users, _ids, _seed, _json];

    /// <summary>Seed as given.</summary>
    public ulong Seed(ParseResult parsed) => (ulong)parsed.GetValue(_seed);

    /// <summary>Opens the run and chooses the users.</summary>
    public (StudyRun Run, Population Users) Open(ParseResult parsed, int? batch = null)
    {
        int users = parsed.GetValue(_users);
        if (users < 1) throw new InputException($"--users {users}: give at least 1.");
        string? ids = parsed.GetValue(_ids);
        int room = batch ?? Math.Max(users, ids?.Split(',').Length ?? 0);
        var run = StudyRun.Open(parsed.GetValue(_run)!, parsed.GetValue(_data), parsed.GetValue(_device),
            parsed.GetValue(_threads), room);
        try
        {
            return (run, run.Users(users, ids, Seed(parsed)));
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    /// <summary>Opens another run for comparison, with the same flags.</summary>
    public StudyRun OpenOther(ParseResult parsed, string path, int batch) =>
        StudyRun.Open(path, parsed.GetValue(_data), parsed.GetValue(_device), parsed.GetValue(_threads), batch);

    /// <summary>Prints the result: the document with <c>--json</c>, otherwise the lines.</summary>
    public int Print(ParseResult parsed, StudyOutput output, IEnumerable<string> lines)
    {
        if (parsed.GetValue(_json)) Console.Out.WriteLine(output.Document);
        else
            foreach (string line in lines) Console.Out.WriteLine(line);
        Console.Error.WriteLine($"wrote {output.Folder}");
        return ExitCode.Done;
    }
}
