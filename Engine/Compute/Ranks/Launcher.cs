using System.Globalization;

namespace ManualVae.Compute.Ranks;

/// <summary>Who started this process as one of several, by the environment that launchers give their processes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Size">Number of processes that it started.</param>
/// <param name="IsOpenMpi">It speaks to Open MPI, not to MPICH.</param>
public sealed record Launcher(string Name, int Size, bool IsOpenMpi)
{
    /// <summary>The launcher of this process, or null for a process alone.</summary>
    public static Launcher? Here => From(Environment.GetEnvironmentVariable);

    /// <summary>The launcher that an environment speaks of, or null.</summary>
    /// <param name="variable">Reads a variable.</param>
    public static Launcher? From(Func<string, string?> variable)
    {
        int? Number(string name) =>
            int.TryParse(variable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
        if (Number("OMPI_COMM_WORLD_SIZE") is int open) return new("Open MPI's mpirun", open, true);
        if (Number("PMI_SIZE") is int pmi) return new("a launcher with PMI (MPICH, Intel MPI, Slurm)", pmi, false);
        if (Number("PMIX_RANK") is not null && Number("SLURM_NTASKS") is int tasks) return new("Slurm with PMIx", tasks, true);
        return null;
    }
}
