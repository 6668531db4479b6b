using System.Buffers;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ManualVae.Compute.Gpu.Kernels;
using ManualVae.Data;
using View = ILGPU.ArrayView<float>;

namespace ManualVae.Compute.Gpu;

/// <summary>
/// ILGPU kernels on a CUDA device, or on ILGPU's CPU accelerator for tests. Single precision. A step stays on the device from the
/// upload of a batch to the Adam update: operations are queued, and only downloads wait for them. Every output element is
/// computed by one thread in a fixed order, and no sum uses atomics, so results repeat to the last bit on one device.
/// </summary>
internal sealed partial class GpuBackend : IBackend
{
    private const double MiB = 1024 * 1024;

    private readonly Context _context;
    private readonly Launcher _launcher;
    // Memory of the device, page-locked memory of the host and streams, in the order in which they were made.
    private readonly List<IDisposable> _owned = [];
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _none;
    private readonly MemoryBuffer1D<double, Stride1D.Dense> _sums;
    private readonly double[] _hostSums;
    private readonly UploadRing _ring;

    /// <summary>Takes over the accelerator and its context.</summary>
    /// <param name="context">Owns the accelerator.</param>
    /// <param name="accelerator">Where kernels run.</param>
    /// <param name="name">Name, as <see cref="Backends.Create"/> takes it.</param>
    /// <param name="precision">Precision of the matrix products.</param>
    /// <param name="memoryLimit">Bytes that may be taken; 0 for what the device has free.</param>
    public GpuBackend(Context context, Accelerator accelerator, string name, Precision precision, long memoryLimit = 0)
    {
        (_context, Accelerator, Name, Precision) = (context, accelerator, name, precision);
        MemoryLimit = memoryLimit > 0 ? memoryLimit
            : accelerator is CudaAccelerator cuda ? cuda.GetFreeMemory()
            : accelerator.MemorySize;
        _launcher = new Launcher(accelerator, Caller);
        _ring = new UploadRing(AllocatePageLocked<float>, accelerator.DefaultStream, () => Synchronizations, Synchronize);
        Levels = GpuCapabilities.HasTensorCores(accelerator)
            ? ["naive", "tiled", "blocked", "vector", "small", "divided", "tf32"]
            : ["naive", "tiled", "blocked", "vector", "small", "divided"];
        _hostSums = new double[8 * accelerator.NumMultiprocessors]; // one for each group of a sum over a whole tensor
        try
        {
            Uploads = Own(accelerator.CreateStream());
            _none = Take<float>(1);
            _sums = Take<double>(_hostSums.Length);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Lets one thread in at a time.</summary>
    internal SingleCaller Caller { get; } = new("The backend");

    /// <summary>Where kernels run.</summary>
    public Accelerator Accelerator { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public Precision Precision { get; }

    /// <inheritdoc/>
    public string Description =>
        $"{Name} ({GpuCapabilities.Describe(Accelerator)}), single precision"
        + (Precision == Precision.Tf32 ? ", products in TF32" : "");

    /// <inheritdoc/>
    public GpuCard? Card => GpuCapabilities.Card(Accelerator);

    /// <inheritdoc/>
    public bool FusesUpdates => true;

    /// <inheritdoc/>
    public long? MemoryLimit { get; }

    /// <summary>Bytes of the device's memory that are taken.</summary>
    internal long AllocatedBytes { get; private set; }

    /// <summary>Buffers and streams that are taken, those of the host included.</summary>
    internal int OwnedCount => _owned.Count;

    /// <summary>How often the host has waited for the device.</summary>
    public long Synchronizations { get; private set; }

    /// <summary>Where batches travel to the device, beside the queue of its work.</summary>
    internal AcceleratorStream Uploads { get; }

    /// <summary>Waits until all queued work is done.</summary>
    public void Synchronize()
    {
        Accelerator.DefaultStream.Synchronize();
        Synchronizations++;
    }

    /// <summary>
    /// Gives everything back: what lies on the accelerator, latest first, then the accelerator and its context. After a failure
    /// of the device each of these may fail too; the rest is given back all the same, and the first failure stays the one that is
    /// reported.
    /// </summary>
    public void Dispose()
    {
        foreach (IDisposable owned in (IDisposable[])[.. Enumerable.Reverse(_owned), Accelerator, _context])
            try
            {
                owned.Dispose();
            }
            catch (AcceleratorException)
            {
            }
        _owned.Clear();
    }

    // ---- Memory --------------------------------------------------------------------------------------------------

    /// <inheritdoc/>
    public Tensor Allocate(int rows, int columns)
    {
        var buffer = new GpuBuffer(Take<float>((long)rows * columns));
        buffer.View.MemSetToZero(Accelerator.DefaultStream);
        return new Tensor(buffer, 0, rows, columns);
    }

    /// <summary>Page-locked memory of the host, which the device reads by itself.</summary>
    internal PageLockedArray1D<T> AllocatePageLocked<T>(long length) where T : unmanaged
    {
        try
        {
            return Own(Accelerator.AllocatePageLocked1D<T>(Math.Max(1, length)));
        }
        catch (AcceleratorException problem)
        {
            double needed = length * Interop.SizeOf<T>() / MiB;
            throw InputException.About(
                $"{Device} {Name}: no {needed:F0} MiB of page-locked memory; use a smaller {BatchSize}.", problem);
        }
    }

    private T Own<T>(T made) where T : IDisposable
    {
        lock (_owned) _owned.Add(made);
        return made;
    }

    /// <summary>Frees memory of the device or of the host; nothing happens the second time.</summary>
    internal void GiveBack<T>(T memory) where T : IDisposable
    {
        lock (_owned)
        {
            if (!_owned.Remove(memory)) return;
            if (memory is MemoryBuffer { LengthInBytes: var bytes }) AllocatedBytes -= bytes;
        }
        memory.Dispose();
    }

    /// <summary>Memory of the device, or a refusal with the figures.</summary>
    internal MemoryBuffer1D<T, Stride1D.Dense> Take<T>(long length) where T : unmanaged
    {
        long bytes = Math.Max(1, length) * Interop.SizeOf<T>();
        lock (_owned)
        {
            if (bytes > MemoryLimit - AllocatedBytes) throw TooLarge(bytes, null);
            try
            {
                var memory = Own(Accelerator.Allocate1D<T>(Math.Max(1, length)));
                AllocatedBytes += bytes;
                return memory;
            }
            catch (AcceleratorException problem)
            {
                throw TooLarge(bytes, problem);
            }
        }
    }

    private InputException TooLarge(long bytes, Exception? problem)
    {
        var (free, taken, needed) = (MemoryLimit / MiB, AllocatedBytes / MiB, bytes / MiB);
        string figures = FormattableString.Invariant(
            $"{free:F0} MiB were free, {taken:F0} MiB are taken, another {needed:F0} MiB are needed");
        return InputException.About(
            $"{Device} {Name}: does not fit: {figures}; use a smaller {BatchSize}, smaller layers or {Device} simd.", problem);
    }

    private static SettingName Device => InputException.Setting("Device");

    private static SettingName BatchSize => InputException.Setting("BatchSize");

    /// <inheritdoc/>
    public void Free(Tensor tensor)
    {
        if (!tensor.IsNone) GiveBack(((GpuBuffer)tensor.Buffer).Memory);
    }

    /// <inheritdoc/>
    public SparseBatch AllocateBatch(int maxRows, int columns, int maxEntries) =>
        new GpuBatch(this, maxRows, columns, maxEntries);

    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<float> source, Tensor destination)
    {
        if (source.Length != destination.Length)
            throw new ArgumentException($"Got {source.Length} values for {destination.Length}.");
        using var call = Caller.Enter();
        if (source.Length == 0) return; // nothing travels, so nobody waits
        if (source.Length <= UploadRing.Half)
        {
            _ring.Upload(source, View(destination));
            return;
        }
        View(destination).CopyFromCPU(Accelerator.DefaultStream, source); // waits
        Synchronizations++;
    }

    /// <inheritdoc/>
    public void Download(Tensor source, Span<float> destination)
    {
        using var call = Caller.Enter();
        if (source.Length == 0) return;
        View(source).CopyToCPU(Accelerator.DefaultStream, destination[..checked((int)source.Length)]); // waits
        Synchronizations++;
    }

    /// <inheritdoc/>
    public void Copy(Tensor source, Tensor destination)
    {
        using var call = Caller.Enter();
        if (source.Length > 0) View(source).CopyTo(Accelerator.DefaultStream, View(destination));
    }

    /// <inheritdoc/>
    public void Fill(Tensor tensor, double value) =>
        _launcher.Run(_launcher.Elements(tensor.Length), ElementKernels.Fill, View(tensor), (float)value);

    /// <summary>The elements as kernels take them; none becomes a view of length 0.</summary>
    internal View View(Tensor tensor) =>
        tensor.IsNone ? ((View)_none.View).SubView(0, 0) : ((GpuBuffer)tensor.Buffer).View.SubView(tensor.Offset, tensor.Length);

    private DeviceAdam NoUpdate => new(View(default(Tensor)), View(default(Tensor)), View(default(Tensor)), default, 0);

    private View Gradient(Parameter? parameter) => View(parameter?.Gradient ?? default);

    private View Value(Parameter? parameter) => View(parameter?.Value ?? default);

    private static DeviceBatch Structure(SparseBatch batch) => ((GpuBatch)batch).Device;
}
