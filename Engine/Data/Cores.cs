namespace ManualVae.Data;

/// <summary>
/// Parallel loops on as many threads as there are processors. Without a bound, .NET's pool adds threads while work waits: on a
/// busy machine a loop of long steps had 158 of them, each with memory of its own, and took the machine from everybody else.
/// </summary>
internal static class Cores
{
    /// <summary>As <see cref="Parallel"/> has it.</summary>
    public static void For(int from, int to, Action<int> body, CancellationToken cancellation = default) =>
        Parallel.For(from, to, Bound(cancellation), body);

    /// <summary>As <see cref="Parallel"/> has it.</summary>
    public static void For<T>(
        int from, int to, Func<T> start, Func<int, ParallelLoopState, T, T> body, Action<T> end,
        CancellationToken cancellation = default) => Parallel.For(from, to, Bound(cancellation), start, body, end);

    /// <summary>As <see cref="Parallel"/> has it.</summary>
    public static void ForEach<T>(IEnumerable<T> source, Action<T> body) => Parallel.ForEach(source, Bound(default), body);

    private static ParallelOptions Bound(CancellationToken cancellation) =>
        new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation };
}
