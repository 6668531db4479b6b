namespace ManualVae.Data;

/// <summary>
/// Parallel loops on as many threads as there are processors. Without a bound, .NET's pool adds threads while work waits: on a
/// busy machine a loop of long steps had 158 of them, each with memory of its own, and took the machine from everybody else.
/// </summary>
internal static class Cores
{
    private static readonly ParallelOptions s_bound = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };

    /// <summary>The bound, cancelled by a token.</summary>
    public static ParallelOptions Bound(CancellationToken cancellation) =>
        new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation };

    /// <summary>As <see cref="Parallel"/> has it.</summary>
    public static void For(int from, int to, Action<int> body) => Parallel.For(from, to, s_bound, body);

    /// <summary>As <see cref="Parallel"/> has it.</summary>
    public static void For(int from, int to, ParallelOptions options, Action<int> body) => Parallel.For(from, to, options, body);

    /// <summary>As <see cref="Parallel"/> has it.</summary>
    public static void For<T>(int from, int to, Func<T> start, Func<int, ParallelLoopState, T, T> body, Action<T> end) =>
        Parallel.For(from, to, s_bound, start, body, end);

    /// <summary>As <see cref="Parallel"/> has it.</summary>
    public static void For<T>(
        int from, int to, ParallelOptions options, Func<T> start, Func<int, ParallelLoopState, T, T> body, Action<T> end) =>
        Parallel.For(from, to, options, start, body, end);

    /// <summary>As <see cref="Parallel"/> has it.</summary>
    public static void ForEach<T>(IEnumerable<T> source, Action<T> body) => Parallel.ForEach(source, s_bound, body);
}
