namespace ManualVae.Compute;

/// <summary>A backend whose matrix product exists at several levels of effort, so that they can be compared.</summary>
public interface ILayeredGemm : IBackend
{
    /// <summary>The levels that this device has, from the simplest up.</summary>
    IReadOnlyList<string> Levels { get; }

    /// <summary>Precision of the products that training uses.</summary>
    Precision Precision { get; }

    /// <summary>The card; null on ILGPU's CPU accelerator.</summary>
    GpuCard? Card { get; }

    /// <summary>C = op(A) op(B) at one level; queued, see <see cref="Synchronize"/>.</summary>
    void MatMul(string level, Transpose transpose, Tensor a, Tensor b, Tensor c);

    /// <summary>Queues nothing but multiply-adds on registers, on the whole device; returns the operations (two each).</summary>
    double MultiplyAdds();

    /// <summary>The same on tensor cores, in TF32; 0 where there are none.</summary>
    double TensorMultiplyAdds();

    /// <summary>Waits until all queued work is done.</summary>
    void Synchronize();
}
