namespace ManualVae.Study;

/// <summary>Settings of a study.</summary>
public interface IStudyOptions
{
    /// <summary>Seed of everything drawn.</summary>
    ulong Seed { get; }

    /// <summary>Refuses options outside their ranges.</summary>
    /// <exception cref="Data.InputException">Names the option and its range.</exception>
    void Validate();

    /// <summary>The options with every size reduced to what a population of so many users has.</summary>
    IStudyOptions FittedTo(int users);
}
