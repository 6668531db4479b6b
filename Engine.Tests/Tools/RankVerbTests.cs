using System.Diagnostics;
using System.Text.Json;
using ManualVae.Tools;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>
/// The command under a launcher of MPI, in processes of its own. Debian's names; skipped where they are not installed
/// (apt-get install openmpi-bin mpich).
/// </summary>
[Collection(nameof(CommandLine))]
public sealed class RankVerbTests : IDisposable
{
    private static readonly string[] Settings =
        ["--batch-size", "5", "--hidden", "12", "--latent", "5", "--seed", "3", "--device", "simd",
        "--threads", "1", "--anchor-weight", "0.3", "--beta-steps", "100",
        "--validation-metric", "NDCG@5"]; // 24 users: 20 updates in 4 epochs

    private readonly string _folder = Directory.CreateTempSubdirectory("manualvae-mpi-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A test with a launcher, skipped if this machine does not have it.</summary>
    public sealed class LauncherFactAttribute : FactAttribute
    {
        public LauncherFactAttribute(string launcher)
        {
            if (!OperatingSystem.IsLinux()) Skip = "Launchers of MPI are tested on Linux only.";
            else if (!File.Exists($"/usr/bin/{launcher}"))
                Skip = $"There is no {launcher} here; apt-get install openmpi-bin mpich brings it.";
        }
    }

    [LauncherFact("mpirun.openmpi")]
    public void Open_MPI_trains_the_model_of_one_process() => Trains("mpirun.openmpi", 4);

    [LauncherFact("mpirun.mpich")]
    public void Mpich_trains_the_model_of_one_process() => Trains("mpirun.mpich", 3);

    [LauncherFact("mpirun.openmpi")]
    public void Groups_of_ranks_of_Open_MPI_share_the_users() => Trains("mpirun.openmpi", 4, groups: 2);

    [LauncherFact("mpirun.mpich")]
    public void Groups_of_ranks_of_Mpich_share_the_users() => Trains("mpirun.mpich", 2, groups: 2);

    [LauncherFact("mpirun.openmpi")]
    public void Ranks_that_cannot_be_divided_are_refused()
    {
        string data = CommandLine.WriteToyData(Path.Combine(_folder, "data"));
        var (code, _, errors) = Run("mpirun.openmpi", 2, "train", "--data", data, "--output", NewRun("x"), "--user-groups", "3");
        Assert.Equal(ExitCode.WrongUsage, code);
        Assert.Single(errors.Split('\n'), line => line.Contains("take a divisor of 2", StringComparison.Ordinal));
    }

    [LauncherFact("mpirun.openmpi")]
    public void A_dead_rank_of_Open_MPI_ends_the_job_and_the_run_goes_on() => Dies("mpirun.openmpi");

    [LauncherFact("mpirun.mpich")]
    public void A_dead_rank_of_Mpich_ends_the_job_and_the_run_goes_on() => Dies("mpirun.mpich");

    [LauncherFact("mpirun.openmpi")]
    public void An_error_of_all_ranks_is_one_line_and_their_exit_code()
    {
        string none = Path.Combine(_folder, "none");
        var (code, _, errors) = Run("mpirun.openmpi", 2, "train", "--data", none, "--output", NewRun("x"));
        Assert.Equal(ExitCode.WrongUsage, code);
        Assert.Single(errors.Split('\n'), line => line.Contains("manualvae: ", StringComparison.Ordinal));
        Assert.False(Directory.Exists(NewRun("x")));
    }

    [Fact]
    public void Without_a_launcher_the_flag_is_refused_and_says_how()
    {
        string data = CommandLine.WriteToyData(Path.Combine(_folder, "data"));
        var result = CommandLine.Run(["train", "--data", data, "--output", NewRun("x"), "--ranks", "mpi"]);
        Assert.Equal(ExitCode.WrongUsage, result.ExitCode);
        Assert.Contains("mpirun -n 4 manualvae", result.Messages);
        result = CommandLine.Run(["train", "--data", data, "--output", NewRun("x"), "--user-groups", "2"]);
        Assert.Equal(ExitCode.WrongUsage, result.ExitCode);
        Assert.Contains("give --ranks mpi too", result.Messages);
    }

    private string NewRun(string name) => Path.Combine(_folder, name);

    private void Trains(string launcher, int ranks, int groups = 1)
    {
        string data = CommandLine.WriteToyData(Path.Combine(_folder, "data"));
        string[] train = ["train", "--data", data, .. Settings, "--epochs", "4"];
        CommandLine.Run([.. train, "--output", NewRun("one")]).Succeeded();
        var (code, output, errors) = Run(
            launcher, ranks, [.. train, "--json", "--output", NewRun("split"), "--user-groups", $"{groups}"]);
        Assert.True(code == 0, errors);
        Assert.Equal(4, JsonDocument.Parse(output).RootElement.GetProperty("epochs").GetInt32()); // one rank alone speaks
        Same("loss", 1e-5);
        Same("anchor", 1e-5);
        Same("validation", 1e-6);

        // Evaluated over two ranks and by one process.
        Assert.Equal(0, Run(launcher, 2, "evaluate", "--run", NewRun("split"), "--quiet").Code);
        var over = Results();
        CommandLine.Run("evaluate", "--run", NewRun("split"), "--quiet").Succeeded();
        var alone = Results();
        Assert.NotEmpty(over);
        Assert.Equal(alone.Keys, over.Keys);
        Assert.All(alone, metric => Assert.Equal(metric.Value, over[metric.Key], 1e-6));

        void Same(string name, double tolerance)
        {
            foreach (var (one, split) in Epochs("one", name).Zip(Epochs("split", name)))
                Assert.Equal(one, split, tolerance * Math.Abs(one));
        }

        Dictionary<string, double> Results()
        {
            var results = JsonDocument.Parse(File.ReadAllText(Path.Combine(NewRun("split"), "results.json")));
            return results.RootElement.GetProperty("metrics").EnumerateObject()
                .ToDictionary(metric => metric.Name, metric => metric.Value.GetProperty("mean").GetDouble());
        }
    }

    private void Dies(string launcher)
    {
        string data = CommandLine.WriteToyData(Path.Combine(_folder, "data"));
        string[] train = ["--data", data, .. Settings, "--epochs", "100000", "--output", NewRun("killed")];
        using var job = Start(launcher, 3, ["train", .. train, "--quiet"]);
        var (output, errors) = (job.StandardOutput.ReadToEndAsync(), job.StandardError.ReadToEndAsync());
        var clock = Stopwatch.StartNew();
        while (!File.Exists(Path.Combine(NewRun("killed"), "last.ckpt")) && clock.Elapsed < TimeSpan.FromSeconds(60))
            Thread.Sleep(20);
        int[] ranks = [.. Process.GetProcesses().Where(p => Belongs(p.Id)).Select(p => p.Id).Order()];
        int victim = ranks[1];
        Process.GetProcessById(victim).Kill();
        Assert.True(job.WaitForExit(TimeSpan.FromSeconds(10)), "the job goes on without one of its ranks");
        Assert.NotEqual(0, job.ExitCode);
        // MPICH's launcher is faster than the ranks and throws away what they say; it names one process on standard output, that
        // which it found gone first: the victim, or one that ended because of it.
        string mpich = $"PID ({string.Join('|', ranks)})";
        Assert.Matches(launcher == "mpirun.openmpi" ? $@"manualvae: rank \d \(process {victim} on" : mpich,
            errors.Result + output.Result);

        // The last checkpoint is whole: what it had finished is what a run has that was never killed.
        int epochs = Epochs("killed", "loss").Length;
        CommandLine.Run("train", "--resume", "--output", NewRun("killed"), "--epochs", $"{epochs + 2}").Succeeded();
        CommandLine.Run(["train", "--data", data, .. Settings, "--epochs", $"{epochs + 2}", "--output", NewRun("whole")])
            .Succeeded();
        double[] whole = Epochs("whole", "loss"), resumed = Epochs("killed", "loss");
        Assert.Equal(epochs + 2, resumed.Length);
        for (int epoch = 0; epoch < whole.Length; epoch++) // rounding grows over the epochs
            Assert.Equal(whole[epoch], resumed[epoch], (epoch < 4 ? 1e-5 : 1e-2) * whole[epoch]);

        // Its own folder names the job's processes: /proc has their command lines.
        bool Belongs(int process)
        {
            try
            {
                string[] words = File.ReadAllText($"/proc/{process}/cmdline").Split('\0');
                return words[0].EndsWith("dotnet", StringComparison.Ordinal) && words.Contains(NewRun("killed"));
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    private double[] Epochs(string run, string name) => [.. File.ReadLines(Path.Combine(NewRun(run), "metrics.jsonl"))
        .Select(line => JsonDocument.Parse(line).RootElement.GetProperty(name).GetDouble())];

    private static (int Code, string Output, string Errors) Run(string launcher, int ranks, params string[] words)
    {
        using var job = Start(launcher, ranks, words);
        var errors = job.StandardError.ReadToEndAsync();
        string output = job.StandardOutput.ReadToEnd();
        Assert.True(job.WaitForExit(TimeSpan.FromMinutes(2)));
        return (job.ExitCode, output, errors.Result);
    }

    private static Process Start(string launcher, int ranks, params string[] words)
    {
        var start = new ProcessStartInfo(launcher) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OMPI_ALLOW_RUN_AS_ROOT"] = start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
        start.Environment["TERM"] = "dumb"; // Open MPI gives its processes a terminal, which .NET would prepare
        string[] oversubscribe = launcher == "mpirun.openmpi" ? ["--oversubscribe"] : [];
        foreach (string word in (string[])[.. oversubscribe, "-n", $"{ranks}", ToolProcess.Host,
            Path.Combine(AppContext.BaseDirectory, "manualvae.dll"), .. words, "--ranks", "mpi"])
            start.ArgumentList.Add(word);
        return Process.Start(start)!;
    }
}
