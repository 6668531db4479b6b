using ILGPU;
using ILGPU.Runtime.CPU;
using ManualVae.Compute;
using ManualVae.Compute.Cases;
using ManualVae.Compute.Gpu;
using ManualVae.Compute.Reference;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Compute;

/// <summary>What GPUs have beside the contract: levels of the product, tensor cores, and memory that counts itself.</summary>
public abstract class GpuBackendTests(DeviceFixture device) : BackendTests(device)
{
    /// <summary>
    /// Sizes around the tiles (16, 64, 128), M below K and above, and inner dimensions that are divided unevenly.
    /// </summary>
    protected virtual (int M, int N, int K)[] ProductSizes =>
        [(1, 1, 1), (3, 130, 17), (129, 5, 33), (20, 31, 300), (70, 40, 9), (132, 200, 36), (8, 132, 520), (260, 4, 12)];

    /// <inheritdoc/>
    protected override long MemoryInUse() => ((GpuBackend)Backend).AllocatedBytes + ((GpuBackend)Backend).OwnedCount;

    /// <inheritdoc/>
    protected override long MemoryNoise => 0;

    [DeviceFact]
    public void Every_level_of_the_matrix_product_agrees_in_every_layout()
    {
        var layered = Assert.IsAssignableFrom<ILayeredGemm>(Backend);
        foreach (var (m, n, k) in ProductSizes)
            foreach (var transpose in Enum.GetValues<Transpose>())
            {
                var expected = Multiply(new ReferenceBackend(), transpose, m, n, k, null);
                foreach (string level in layered.Levels)
                {
                    // The emulation of tensor cores waits for all lanes at every step; one shape crosses all its edges.
                    if (IsEmulated && level == "tf32" && m != 70) continue;
                    // Where all is a multiple of four the simple levels and the blocked one have nothing new to show.
                    if (IsEmulated && m % 4 + n % 4 + k % 4 == 0 && level is not ("vector" or "small" or "divided")) continue;
                    var actual = Multiply(layered, transpose, m, n, k, level);
                    double tolerance = level == "tf32" ? 4e-3 : 1e-5;
                    for (int i = 0; i < expected.Length; i++)
                        Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Sqrt(k),
                            $"{level} {transpose} {m}x{n}x{k} [{i}]: expected {expected[i]:R}, got {actual[i]:R}");
                }
            }
    }

    /// <summary>
    /// 0x7FFFFFFF is the NaN that a device makes, 0xFFC00000 that of a processor; 0x7F800001 is one bit from infinity.
    /// </summary>
    [DeviceTheory]
    [InlineData(0x7FFFFFFFu)]
    [InlineData(0x7F800001u)]
    [InlineData(0xFFC00000u)]
    public void A_product_with_a_NaN_is_NaN_on_every_level(uint bits)
    {
        foreach (string level in ((ILayeredGemm)Backend).Levels)
            foreach (bool left in (bool[])[true, false])
            {
                const int m = 3, n = 5, k = 9;
                Tensor a = Random(Backend, 1, m, k), b = Random(Backend, 2, k, n), c = Backend.Allocate(m, n);
                Backend.Upload([BitConverter.UInt32BitsToSingle(bits)], left ? a.View(k + 2, 1, 1) : b.View(2 * n + 1, 1, 1));
                ((ILayeredGemm)Backend).MatMul(level, Transpose.None, a, b, c);
                var product = new float[m * n];
                Backend.Download(c, product);
                for (int i = 0; i < product.Length; i++)
                    Assert.True(
                        (left ? i / n == 1 : i % n == 1) == float.IsNaN(product[i]), $"{level} {left} [{i}]: {product[i]}");
                foreach (var tensor in (Tensor[])[a, b, c]) Backend.Free(tensor);
            }
    }

    /// <summary>A batch counts on what the host has waited for: see <see cref="GpuBatch"/>.</summary>
    [DeviceFact]
    public void A_transfer_of_nothing_is_no_wait()
    {
        var backend = (GpuBackend)Backend;
        var (nothing, one) = (backend.Allocate(0, 4), backend.Allocate(1, 1));
        long before = backend.Synchronizations;
        backend.Upload(ReadOnlySpan<float>.Empty, nothing);
        backend.Download(nothing, Span<float>.Empty);
        Assert.Equal(before, backend.Synchronizations);
        backend.Download(one, new float[1]);
        Assert.Equal(before + 1, backend.Synchronizations);
        backend.Free(nothing);
        backend.Free(one);
    }

    /// <summary>
    /// Row scales of a batch go up in the middle of a pass: nothing waits, until both halves of the ring are full.
    /// </summary>
    [DeviceFact]
    public void Small_uploads_wait_only_where_their_memory_is_still_in_use()
    {
        const int rows = 16, size = UploadRing.Half / 4;
        var backend = (GpuBackend)Backend;
        var tensor = backend.Allocate(rows, size);
        var values = new float[size];
        backend.Synchronize();
        long before = backend.Synchronizations;
        List<long> waits = [];
        for (int row = 0; row < rows; row++)
        {
            Array.Fill(values, row + 1); // at once behind the copy of the row before
            backend.Upload(values, tensor.Slice(row, 1));
            waits.Add(backend.Synchronizations - before);
        }
        Assert.Equal(0, waits[3]); // the half that other uploads may have left full is not met again so soon
        Assert.InRange(waits[^1], 1, 3);
        var got = new float[rows * size];
        backend.Download(tensor, got);
        for (int row = 0; row < rows; row++)
            Assert.All(got[(row * size)..((row + 1) * size)], value => Assert.Equal(row + 1, value));
        backend.Free(tensor);
    }

    /// <summary>
    /// Products of two numbers of 11 bits are exact in single precision: on operands that are TF32 already, tensor cores differ
    /// from single precision by the order of the sum alone. Fours, and shapes without; several warps' rows and columns.
    /// </summary>
    [DeviceTheory]
    [InlineData(132, 36, 20)]
    [InlineData(68, 132, 8)]
    [InlineData(67, 35, 21)]
    public void Tensor_cores_multiply_rounded_operands_exactly(int m, int n, int k)
    {
        var layered = (ILayeredGemm)Backend;
        foreach (var transpose in Enum.GetValues<Transpose>())
        {
            if (IsEmulated && transpose != Transpose.First && m > n) continue; // slow
            Tensor a = transpose == Transpose.First ? Rounded(1, k, m) : Rounded(1, m, k);
            Tensor b = transpose == Transpose.Second ? Rounded(2, n, k) : Rounded(2, k, n), c = Backend.Allocate(m, n);
            float[] single = new float[m * n], tensor = new float[m * n];
            layered.MatMul("vector", transpose, a, b, c);
            Backend.Download(c, single);
            layered.MatMul("tf32", transpose, a, b, c);
            Backend.Download(c, tensor);
            for (int i = 0; i < single.Length; i++)
                Assert.True(Math.Abs(single[i] - tensor[i]) <= 1e-6, $"{transpose} [{i / n}, {i % n}]: {single[i]}, {tensor[i]}");
            foreach (var used in (Tensor[])[a, b, c]) Backend.Free(used);
        }

        Tensor Rounded(uint seed, int rows, int columns)
        {
            var tensor = Random(Backend, seed, rows, columns);
            var values = new float[rows * columns];
            Backend.Download(tensor, values);
            for (int i = 0; i < values.Length; i++) values[i] = MathF.Round(values[i] * 256) / 256;
            Backend.Upload(values, tensor);
            return tensor;
        }
    }

    /// <summary>A layer on a device that was asked for TF32: equal to the rounding of its operands, and not closer.</summary>
    [DeviceFact]
    public void Tensor_cores_serve_layers_where_they_are_asked_for()
    {
        using var backend = Backends.Create(Backend.Name, precision: Precision.Tf32);
        var test = OperationCases.Linear(Activation.Identity, 7, 17, 13);
        var (expected, actual) = (OperationParity.Execute(test, new ReferenceBackend()), OperationParity.Execute(test, backend));
        double worst = 0;
        foreach (var (right, got) in expected.Zip(actual).Where(pair => pair.First.Name != "d bias"))
            worst = Math.Max(worst, right.Values.Zip(got.Values, (x, y) => Math.Abs(x - y)).Max() / right.Values.Max(Math.Abs));
        Assert.InRange(worst, 1e-5, 4e-3);
    }

    /// <summary>The product, between elements that must stay as they are.</summary>
    private static float[] Multiply(IBackend backend, Transpose transpose, int m, int n, int k, string? level)
    {
        const int guard = 256;
        const float old = 1e6f; // must be overwritten
        var a = transpose == Transpose.First ? Random(backend, 1, k, m) : Random(backend, 1, m, k);
        var b = transpose == Transpose.Second ? Random(backend, 2, n, k) : Random(backend, 2, k, n);
        var whole = backend.Allocate(1, m * n + 2 * guard);
        var values = new float[whole.Length];
        values.AsSpan().Fill(old);
        backend.Upload(values, whole);
        if (level is null) backend.MatMul(transpose, a, b, whole.View(guard, m, n));
        else ((ILayeredGemm)backend).MatMul(level, transpose, a, b, whole.View(guard, m, n));
        backend.Download(whole, values);
        foreach (var tensor in (Tensor[])[a, b, whole]) backend.Free(tensor);
        Assert.All([.. values[..guard], .. values[^guard..]], value => Assert.Equal(old, value));
        return values[guard..^guard];
    }
}

[Collection("ilgpu-cpu")]
public class EmulatedGpuOperationTests(EmulatedDevice device) : OperationTests(device)
{
    /// <summary>
    /// An empty, a full and a random row; layers wider than the 128 threads of a group (wide products are tested level by level);
    /// more rows than the 16 lanes of a sum over rows, for the operations that have one.
    /// </summary>
    protected override IEnumerable<OperationCase> Cases =>
    [
        .. OperationCases.At(3, 4, 5), .. Wide(131, 2), .. Wide(3, 131),
        OperationCases.Linear(Activation.Identity, 18, 2, 3), OperationCases.SparseLinear(18, 5, 3),
        OperationCases.LayerNorm(18, 3),
    ];

    private static IEnumerable<OperationCase> Wide(int n, int m) => OperationCases.At(3, n, m).Where(test =>
        test.Operation.Split(' ')[0] is not ("matmul" or "linear"));
}

[Collection("ilgpu-cpu")]
public class EmulatedGpuBackendTests(EmulatedDevice device) : GpuBackendTests(device)
{
    /// <inheritdoc/>
    protected override bool IsEmulated => true;

    /// <summary>
    /// A second tile of 128 columns, one of 128 rows, a divided inner dimension, and a second tile of 64 rows for tensor cores.
    /// </summary>
    protected override (int M, int N, int K)[] ProductSizes =>
        [(2, 130, 17), (129, 3, 2), (5, 3, 300), (70, 40, 9), (132, 4, 20), (4, 4, 300)];

    [Fact]
    public void Every_operation_refuses_a_second_thread()
    {
        var backend = (GpuBackend)Backend;
        Simd.SimdConcurrencyTests.AssertEveryOperationRefusesASecondThread(backend, backend.Caller);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_the_figures()
    {
        using var backend = GpuDevices.Create("ilgpu-cpu", Precision.Fp32, out _, memoryLimit: 8 << 20)!;
        Assert.Equal(8 << 20, backend.MemoryLimit);
        var half = backend.Allocate(1024, 1024); // 4 MiB
        var problem = Assert.Throws<InputException>(() => backend.Allocate(5 * 256, 1024));
        Assert.Equal(
            "--device ilgpu-cpu: does not fit: 8 MiB were free, 4 MiB are taken, another 5 MiB are needed; "
            + "use a smaller --batch-size, smaller layers or --device simd.",
            problem.Describe(ManualVae.Tools.Settings.SettingFlag.Of));
        backend.Free(half);
        backend.Free(backend.Allocate(5 * 256, 1024));
    }

    [Fact]
    public void A_model_that_does_not_fit_is_refused_before_anything_is_taken()
    {
        using var backend = GpuDevices.Create("ilgpu-cpu", Precision.Fp32, out _, memoryLimit: 8 << 20)!;
        var estimate = MemoryEstimate.Of(new RunSettings(), 20_108, backend);
        var problem = Assert.Throws<InputException>(() => estimate.RequireFits(backend));
        Assert.Contains("ilgpu-cpu has 8 MiB", problem.Message);
        Assert.DoesNotContain('\n', problem.Message);
        backend.Free(backend.Allocate(7 << 10, 256)); // 7 of them are still there
    }

    [Fact]
    public void A_failure_halfway_gives_everything_back()
    {
        // The backend itself: the accelerator goes with it.
        var context = Context.Create(builder => builder.CPU(CPUDeviceKind.Nvidia));
        var accelerator = context.GetCPUDevice(0).CreateAccelerator(context);
        Assert.Throws<InputException>(() => new GpuBackend(context, accelerator, "ilgpu-cpu", Precision.Fp32, memoryLimit: 8));
        Assert.True(accelerator.IsDisposed);

        // A model and a batch on it: what they had taken goes with the backend, which stays usable until then.
        var backend = GpuDevices.Create("ilgpu-cpu", Precision.Fp32, out _, memoryLimit: 1 << 20)!;
        Assert.Throws<InputException>(() =>
            new Autoencoder(backend, new AutoencoderSettings { Hidden = [60], Latent = 20 }, 2000, 50, seed: 1));
        Assert.Throws<InputException>(() => backend.AllocateBatch(500, 2000, 100_000));
        Assert.Equal(24, backend.SquaredNorm(Filled(backend, 2, 3, 2)));
        backend.Dispose();
        Assert.True(backend.Accelerator.IsDisposed);
    }

    private static Tensor Filled(IBackend backend, int rows, int columns, double value)
    {
        var tensor = backend.Allocate(rows, columns);
        backend.Fill(tensor, value);
        return tensor;
    }
}

[Collection("gpu:0")]
public class CudaOperationTests(CudaDevice device) : OperationTests(device);

[Collection("gpu:0")]
public class CudaBackendTests(CudaDevice device) : GpuBackendTests(device);
