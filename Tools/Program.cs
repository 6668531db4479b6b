namespace ManualVae.Tools;

/// <summary>The <c>manualvae</c> command.</summary>
public static class Program
{
    /// <summary>Runs one verb and returns its exit code.</summary>
    public static int Main(string[] args) => args.Length;
}
