using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Banyan.Control.Processes;
using Microsoft.Win32.SafeHandles;

namespace Banyan.Control.Platform;

/// <summary>
/// The data folder's lock (flock(2) on <c>DATA/lock</c>): one supervisor a folder. The kernel lets go of it when its
/// holder ends, however that happens. The file says who holds it.
/// </summary>
public sealed class PlatformLock : IDisposable
{
    private readonly FileStream _file;

    private PlatformLock(FileStream file) => _file = file;

    /// <summary>Takes the lock.</summary>
    /// <exception cref="PlatformException">A live platform holds it, or there is no permission.</exception>
    public static PlatformLock Acquire(DataFolder data) =>
        TryAcquire(data) ?? throw new PlatformException($"{data.Root} is in use by a live platform{(ReadHolder(data) is { } holder ? $" (pid {holder.Pid})" : "")}: stop it with `banyan down --data {data.Root}`, or name another folder with --data");

    /// <summary>Takes the lock; null where another process holds it.</summary>
    /// <exception cref="PlatformException">There is no permission.</exception>
    public static PlatformLock? TryAcquire(DataFolder data) => TryAcquire(data.LockFile);

    /// <summary>Takes a lock of the same kind on another file; null where another process holds it.</summary>
    /// <exception cref="PlatformException">There is no permission.</exception>
    public static PlatformLock? TryAcquire(string lockFile)
    {
        var handle = Open(lockFile, Libc.O_RDWR | Libc.O_CREAT) ?? throw new PlatformException($"can't open {lockFile}: {Marshal.GetLastPInvokeErrorMessage()}");
        if (Libc.Flock(handle, Libc.LOCK_EX | Libc.LOCK_NB) != 0)
        {
            handle.Dispose();
            return null;
        }

        var file = new FileStream(handle, FileAccess.ReadWrite, bufferSize: 0);
        var me = ProcessIdentity.Current;
        file.SetLength(0);
        file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{me.Pid} {me.StartTicks}\n")));
        return new PlatformLock(file);
    }

    /// <summary>Who holds the lock; null where no live process does. Does not disturb the lock.</summary>
    public static ProcessIdentity? ReadHolder(DataFolder data) => ReadHolder(data.LockFile);

    /// <summary>Who holds a lock of the same kind on another file; null where no live process does.</summary>
    public static ProcessIdentity? ReadHolder(string lockFile)
    {
        using var handle = Open(lockFile, Libc.O_RDWR);
        if (handle is null)
            return null;
        Span<byte> content = stackalloc byte[64];
        var length = RandomAccess.Read(handle, content, 0);
        var words = Encoding.ASCII.GetString(content[..length]).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 2
            && int.TryParse(words[0], CultureInfo.InvariantCulture, out var pid)
            && long.TryParse(words[1], CultureInfo.InvariantCulture, out var ticks)
            && new ProcessIdentity(pid, ticks) is { IsAlive: true } holder ? holder : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.SetLength(0);
        _file.Dispose();
    }

    /// <summary>Not by <see cref="File"/>: it takes locks of its own on each file it opens, and would find ours.</summary>
    private static SafeFileHandle? Open(string lockFile, int flags)
    {
        var descriptor = Libc.Open(lockFile, flags | Libc.O_CLOEXEC, 0b110_100_100);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }
}
