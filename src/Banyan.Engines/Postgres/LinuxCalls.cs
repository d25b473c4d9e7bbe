using System.Runtime.InteropServices;

namespace Banyan.Engines.Postgres;

/// <summary>The few system calls that .NET does not offer.</summary>
internal static partial class LinuxCalls
{
    public const int NoSuchProcess = 3;
    public const int NoSpace = 28;
    private const int PidfdSendSignal = 424;
    private const int PidfdOpen = 434;
    private const int AtFdcwd = -100;
    private const uint BasicStats = 0x7ff;

    /// <summary>What Linux knows of a file, following links; null where it can't be reached.</summary>
    public static FileIdentity? Identify(string path) =>
        statx(AtFdcwd, path, 0, BasicStats, out var s) == 0
            ? new FileIdentity(s.DevMajor, s.DevMinor, s.Inode, s.Uid, s.Gid, (UnixFileMode)(s.Mode & 0xfff))
            : null;

    /// <summary>A descriptor of the process, immune to reuse of its number; -1 where there is none (errno says why).</summary>
    public static int OpenProcess(int pid) => (int)syscall(PidfdOpen, pid, 0, 0, 0);

    /// <summary>Sends a signal to a process by descriptor.</summary>
    public static bool Signal(int pidfd, int signal) => syscall(PidfdSendSignal, pidfd, signal, 0, 0) == 0;

    [LibraryImport("libc", SetLastError = true)]
    public static partial uint geteuid();

    [LibraryImport("libc", SetLastError = true)]
    public static partial uint getegid();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int chown(string path, uint owner, uint group);

    /// <summary>Gives a file a second name, unless that name is taken: the one way to put a whole file in place that never replaces another (link(2); File.Move looks first and renames then).</summary>
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int link(string path, string name);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int syncfs(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll([In, Out] PollDescriptor[] descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(int descriptor, in ulong value, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint a, nint b, nint c, nint d);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, out StatX result);

    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }

    /// <summary>struct statx of linux/stat.h; 256 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatX
    {
        [FieldOffset(20)] public uint Uid;
        [FieldOffset(24)] public uint Gid;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(136)] public uint DevMajor;
        [FieldOffset(140)] public uint DevMinor;
    }
}

/// <summary>A file's identity and owner.</summary>
internal sealed record FileIdentity(uint DevMajor, uint DevMinor, ulong Inode, uint Uid, uint Gid, UnixFileMode Mode)
{
    public bool IsSameFile(FileIdentity? other) => other is not null && (DevMajor, DevMinor, Inode) == (other.DevMajor, other.DevMinor, other.Inode);
}
