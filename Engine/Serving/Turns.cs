namespace ManualVae.Serving;

/// <summary>Lets callers of a model take turns, if it takes one caller at a time.</summary>
/// <param name="needed">False: any number of callers may use the model at once.</param>
internal sealed class Turns(bool needed)
{
    private readonly Lock _lock = new();

    /// <summary>Uses the model.</summary>
    public void Take(Action use)
    {
        if (!needed) use();
        else lock (_lock) use();
    }
}
