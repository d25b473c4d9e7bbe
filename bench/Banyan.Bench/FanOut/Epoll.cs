using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Banyan.Bench.FanOut;

/// <summary>
/// Linux' epoll, as thin as can be: ten thousand sockets in one thread, so that the load generator costs about what one
/// in C does and what is measured is the server.
/// </summary>
internal sealed unsafe partial class Epoll : IDisposable
{
    private const int Add = 1;
    private const uint In = 1;
    private const int MaxEvents = 512;

    /// <summary>The kernel packs the event on x86-64 only.</summary>
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private static readonly int DataOffset = EventSize - 8;
    private readonly byte[] _events = GC.AllocateArray<byte>(MaxEvents * 16, pinned: true);
    private readonly int _descriptor = Check(EpollCreate(0));

    public void Watch(nint socket, int index)
    {
        var entry = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(new Span<byte>(entry, 4), In);
        BinaryPrimitives.WriteInt64LittleEndian(new Span<byte>(entry + DataOffset, 8), index);
        Check(EpollCtl(_descriptor, Add, (int)socket, entry));
    }

    /// <summary>Waits at most so long; hands the index of every socket that has something to <paramref name="ready"/>.</summary>
    public void Wait(int milliseconds, Action<int> ready)
    {
        fixed (byte* events = _events)
        {
            var count = EpollWait(_descriptor, events, MaxEvents, milliseconds);
            for (var i = 0; i < count; i++)
                ready((int)BinaryPrimitives.ReadInt64LittleEndian(_events.AsSpan((i * EventSize) + DataOffset, 8)));
        }
    }

    /// <summary>Reads what is there; 0 at the end, -1 where there is nothing or the connection is broken.</summary>
    public static int Read(nint socket, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
            return (int)Recv((int)socket, start, (nuint)buffer.Length, 0);
    }

    public void Dispose() => _ = Close(_descriptor);

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollCtl(int descriptor, int operation, int socket, byte* entry);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int EpollWait(int descriptor, byte* events, int max, int milliseconds);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Recv(int socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
