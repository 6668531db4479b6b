namespace ManualVae.Tests.Long.Kills;

/// <summary>
/// Bad places and bad company: a full disk, a folder that cannot be written, half of a run, several processes on one folder at
/// the same moment, a closed pipe, few file descriptors. Each returns what went wrong, or null.
/// </summary>
public sealed class Hardships(KillTrials trials)
{
    private const int Nobody = 65_534;

    /// <summary>The hardships by name.</summary>
    public IReadOnlyDictionary<string, Func<Random, string?>> All => new Dictionary<string, Func<Random, string?>>
    {
        ["full disk"] = FullDisk,
        ["few file descriptors"] = FewDescriptors,
        ["several at once"] = SeveralAtOnce,
        ["several resume"] = SeveralResume,
        ["half a run"] = HalfARun,
        ["read-only folder"] = ReadOnly,
        ["closed pipe"] = ClosedPipe,
    };

    private string? FullDisk(Random random)
    {
        var scenario = Pick(random);
        string output = trials.Clean(scenario);
        // As a disk that is full after so many bytes of one file; without its signal, as on a disk.
        return Under($"trap '' XFSZ; ulimit -f {random.Next(0, 24)}", scenario, output);
    }

    private string? FewDescriptors(Random random)
    {
        var scenario = Pick(random);
        string output = trials.Clean(scenario);
        return Under($"ulimit -n {random.Next(60, 160)}", scenario, output, hostMayFail: true);
    }

    private string? SeveralAtOnce(Random random)
    {
        var scenario = Named(random.Next(2) == 0 ? "train" : "continue");
        string output = trials.Clean(scenario);
        var endings = AtOnce([.. Enumerable.Repeat(scenario.Start(output), random.Next(2, 4))]);
        if (endings.Count(ending => ending.Code == 0) != 1 || endings.Any(ending => ending.Code is not (0 or 2)))
            return $"exit codes {string.Join(", ", endings.Select(ending => ending.Code))}: {Messages(endings)}";
        return endings.FirstOrDefault(ending => !ending.IsClear) is { } unclear ? unclear.Messages : trials.Finished(scenario);
    }

    private string? SeveralResume(Random random)
    {
        var scenario = Named("train");
        string output = trials.Clean(scenario);
        using (var process = ToolProcess.Start(scenario.Start(output)))
        {
            var end = Task.Run(() => ToolProcess.End(process));
            while (!end.IsCompleted && !File.Exists(Path.Combine(output, "last.ckpt"))) Thread.Sleep(5);
            if (!end.IsCompleted) process.Kill();
            end.Wait();
        }
        var endings = AtOnce([.. Enumerable.Repeat(scenario.GoOn!(output), random.Next(2, 4))]);
        if (endings.All(ending => ending.Code != 0) || endings.Any(ending => ending.Code is not (0 or 2)))
            return $"exit codes {string.Join(", ", endings.Select(ending => ending.Code))}: {Messages(endings)}";
        return trials.Finished(scenario);
    }

    private string? HalfARun(Random random)
    {
        var scenario = Named("train");
        string output = trials.Clean(scenario);
        var ending = ToolProcess.Run(scenario.Start(output));
        if (ending.Code != 0) return ending.Messages;
        string[] files = [.. Directory.EnumerateFiles(output).Where(file => new FileInfo(file).Length > 0).Order()];
        string file = files[random.Next(files.Length)];
        if (random.Next(3) == 0) File.Delete(file);
        else
            using (var stream = File.OpenWrite(file)) stream.SetLength(random.NextInt64(stream.Length));
        string[][] commands =
        [
            ["train", "--resume", "--output", output, "--epochs", "41"], ["evaluate", "--run", output],
            ["recommend", "--run", output, "--items", "i1,i3"], ["report", output],
            ["export", output, "--format", "npz", "--output", output + ".npz"],
        ];
        var after = ToolProcess.Run(commands[random.Next(commands.Length)]);
        return after.Code is 0 or 2 && after.IsClear ? null : $"without {Path.GetFileName(file)}: {after.Code}, {after.Messages}";
    }

    private string? ReadOnly(Random random)
    {
        if (OperatingSystem.IsWindows()) return null; // no such modes there
        var scenario = Pick(random);
        string output = trials.Clean(scenario), folder = Path.GetDirectoryName(output)!;
        var before = FolderPicture.Of(output);
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead
            | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        try
        {
            bool root = Environment.UserName == "root"; // who may write anywhere
            var ending = ToolProcess.Run(scenario.Start(output), user: root ? Nobody : null);
            if (ending.Code is 0 or -1 || !ending.IsClear) return $"{scenario.Name}: {ending.Code}, {ending.Messages}";
            return FolderPicture.Same(before, FolderPicture.Of(output)) ? null : $"{scenario.Name}: something was written";
        }
        finally
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private string? ClosedPipe(Random random)
    {
        var scenario = Named("fit");
        string output = trials.Clean(scenario);
        string[][] commands = [["--help"], ["help", "formats"], [.. scenario.Start(output), "--json"], ["devices"]];
        using var process = ToolProcess.Start(commands[random.Next(commands.Length)]);
        process.StandardOutput.Close();
        if (random.Next(2) == 0) process.StandardError.Close();
        if (!process.WaitForExit(ToolProcess.Patience))
        {
            process.Kill();
            return "hung on a closed pipe";
        }
        return process.ExitCode is 0 or 1 or 2 or 141 ? null : $"exit code {process.ExitCode}";
    }

    // A command that fails must leave the old state, and go on once there is room.
    private string? Under(string limits, KillScenario scenario, string output, bool hostMayFail = false)
    {
        var before = FolderPicture.Of(output);
        var ending = ToolProcess.Run(scenario.Start(output), limits);
        if (!ending.IsClear && !hostMayFail || ending.Code == -1)
            return $"{scenario.Name} under {limits}: {ending.Code}, {ending.Messages}";
        if (ending.Code != 0 && scenario.IsWhole && !FolderPicture.Same(before, FolderPicture.Of(output)))
            return $"{scenario.Name} under {limits}: failed and changed "
                + FolderPicture.Difference(before, FolderPicture.Of(output));
        if (ending.Code != 0)
        {
            var again = ToolProcess.Run((scenario.GoOn ?? scenario.Start)(output));
            if (again.Code != 0) return $"{scenario.Name} after {limits}: does not go on: {again.Messages}";
        }
        return trials.Finished(scenario);
    }

    private static Ending[] AtOnce(string[][] commands)
    {
        var processes = commands.Select(command => ToolProcess.Start(command)).ToArray();
        var endings = processes.Select(process => Task.Run(() => ToolProcess.End(process))).ToArray();
        Task.WaitAll(endings);
        foreach (var process in processes) process.Dispose();
        return [.. endings.Select(ending => ending.Result)];
    }

    private static string Messages(Ending[] endings) => string.Join(" | ", endings.Select(ending => ending.LastLine));

    private KillScenario Pick(Random random) =>
        Named(new[] { "import", "import over older data", "train", "continue", "fit", "report", "export" }[random.Next(7)]);

    private KillScenario Named(string name) => trials.Scenarios.Single(scenario => scenario.Name == name);
}
