using ManualVae.Compute;
using ManualVae.Compute.Cases;
using ManualVae.Compute.Measure;
using ManualVae.Compute.Simd;

namespace ManualVae.Tools.Bench;

/// <summary>Operations of the case table at the shapes of ML-20M, forward and backward together, against the roofs.</summary>
internal static class RooflineBench
{
    private const int Users = 500, Items = 20108, Hidden = 600, Latent = 200;

    private static IEnumerable<OperationCase> Cases()
    {
        yield return OperationCases.Linear(Activation.Identity, Users, Hidden, Items);
        yield return OperationCases.Linear(Activation.Tanh, Users, Latent, Hidden);
        yield return OperationCases.SparseLinear(Users, Items, Hidden, 73.0 / Items);
        yield return OperationCases.Likelihood(LikelihoodKind.Multinomial, Users, Items, 73.0 / Items);
        yield return OperationCases.Adam(Items, Hidden);
        yield return OperationCases.Swish(Users, Hidden);
        yield return OperationCases.LayerNorm(Users, Hidden);
        yield return OperationCases.StandardKl(Users, Latent);
        yield return OperationCases.GaussianLogDensity(Users, Latent);
        yield return OperationCases.CompositeLogDensity(Users, Latent);
    }

    /// <summary>The operations on the SIMD backend.</summary>
    public static IEnumerable<BenchResult> Run(MachineProbe probe)
    {
        using var backend = new SimdBackend(probe.Pool);
        foreach (var result in Run(backend, [.. Cases()], probe)) yield return result;
    }

    /// <summary>The operations on a GPU, each with the wait for its forward and backward pass.</summary>
    public static IEnumerable<BenchResult> Run(ILayeredGemm device) => Run(device, [.. Cases()], null);

    private static IEnumerable<BenchResult> Run(IBackend backend, OperationCase[] cases, MachineProbe? probe)
    {
        var progress = new BenchProgress("roofline", cases.Length, "operation", probe);
        foreach (var test in cases)
        {
            var run = test.Prepare(backend);
            for (int i = 0; probe is not null && i < 8; i++) probe.Sample();
            var timing = Timing.Of(() =>
            {
                run.Forward();
                run.Backward?.Invoke();
                (backend as ILayeredGemm)?.Synchronize();
            }, runs: 9, seconds: 0.5);
            run.Free();
            progress.Next();
            yield return BenchResult.From(test.Operation, test.Shape, test.Flops, test.Bytes, timing, probe?.Threads ?? 1);
        }
    }
}
