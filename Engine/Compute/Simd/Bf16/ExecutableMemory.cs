using System.Runtime.InteropServices;

namespace ManualVae.Compute.Simd.Bf16;

/// <summary>
/// Machine code in memory of its own, for as long as the process lives. The memory is written first and executable afterwards,
/// never both; a system may refuse that (SELinux, systemd's MemoryDenyWriteExecute).
/// </summary>
internal static unsafe partial class ExecutableMemory
{
    private const int Read = 1, Write = 2, Execute = 4, PrivateAnonymous = 0x22; // mmap and mprotect of Linux
    private const uint Commit = 0x3000, ReadWrite = 0x04, ExecuteRead = 0x20; // VirtualAlloc and VirtualProtect

    /// <summary>Copies code into executable memory.</summary>
    /// <param name="code">Position-independent code.</param>
    /// <param name="refusal">Why the system refuses, if it does.</param>
    /// <returns>The code's address, or null.</returns>
    public static void* Copy(ReadOnlySpan<byte> code, out string refusal)
    {
        refusal = "";
        var size = (nuint)code.Length;
        if (OperatingSystem.IsWindows())
        {
            void* memory = VirtualAlloc(null, size, Commit, ReadWrite);
            if (memory != null) code.CopyTo(new Span<byte>(memory, code.Length));
            if (memory != null && VirtualProtect(memory, size, ExecuteRead, out _) && FlushInstructionCache(-1, memory, size))
                return memory;
        }
        else if (OperatingSystem.IsLinux())
        {
            void* memory = Map(null, size, Read | Write, PrivateAnonymous, -1, 0);
            if ((nint)memory != -1)
            {
                code.CopyTo(new Span<byte>(memory, code.Length));
                if (Protect(memory, size, Read | Execute) == 0) return memory;
            }
        }
        else
        {
            refusal = "its kernels are written for Linux and Windows";
            return null;
        }
        refusal = $"the system does not let memory become executable ({Marshal.GetLastPInvokeErrorMessage()})";
        return null;
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial void* VirtualAlloc(void* address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool VirtualProtect(void* address, nuint size, uint protection, out uint before);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool FlushInstructionCache(nint process, void* address, nuint size);
}
