using System.Runtime.InteropServices;

namespace Banyan.Bench.Disaster;

/// <summary>The few system calls by which one thread can wait for ten thousand connections at little cost: the client must not be what is measured.</summary>
internal static unsafe partial class Epoll
{
    public const uint In = 1;
    private const int Add = 1;
    private const int DontWait = 0x40;

    public static int Create() => Check(epoll_create1(0), "epoll_create1");

    public static void Watch(int epoll, int fd, int index)
    {
        var e = new Event { Events = In, Data = (ulong)index };
        Check(epoll_ctl(epoll, Add, fd, &e), "epoll_ctl");
    }

    /// <summary>Fills <paramref name="ready"/> with the indexes of connections that have something to read.</summary>
    public static int Wait(int epoll, Span<int> ready, int milliseconds)
    {
        var events = stackalloc Event[ready.Length];
        var count = epoll_wait(epoll, events, ready.Length, milliseconds);
        for (var i = 0; i < count; i++)
            ready[i] = (int)events[i].Data;
        return Math.Max(count, 0);
    }

    /// <summary>Bytes read; 0 at the end; negative where there is nothing now.</summary>
    public static int Receive(int fd, Span<byte> buffer)
    {
        fixed (byte* p = buffer)
            return (int)recv(fd, p, (nuint)buffer.Length, DontWait);
    }

    private static int Check(int result, string what) => result >= 0 ? result : throw new InvalidOperationException($"{what} failed with {Marshal.GetLastPInvokeError()}.");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int operation, int fd, Event* e);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(int epoll, Event* events, int max, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int fd, byte* buffer, nuint length, int flags);

    /// <summary>As the kernel has it: packed on x86-64, padded elsewhere.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct Event
    {
        public uint Events;
        public ulong Data;
    }
}
