using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Banyan.Routing.Dns.Serving;

/// <summary>
/// Linux' <c>recvmmsg</c> and <c>sendmmsg</c>: many datagrams a system call. All memory is native and of fixed size, made
/// once; the kernel writes only into it, and only up to the lengths that stand beside each address.
/// </summary>
internal sealed unsafe partial class Datagrams : IDisposable
{
    /// <summary>The longest query that is read; a longer one has no business here.</summary>
    public const int MaxQuery = 4_096;

    private const int WaitForOne = 0x10000;
    private const int NoSignal = 0x4000;
    private const int AddressSpace = 28; // sockaddr_in6, the larger of the two
    private const int ControlSpace = 64; // one IP_PKTINFO or IPV6_PKTINFO
    private const int Interrupted = 4;
    private const int TruncatedFlag = 0x20;

    private readonly int _batch;
    private readonly int _answerSpace;
    private readonly byte* _memory;
    private readonly Message* _received;
    private readonly Message* _toSend;
    private readonly byte* _queries;
    private readonly byte* _answers;
    private readonly byte* _addresses;
    private readonly byte* _controls;
    private readonly bool _keepsControl;
    private int _sends;

    /// <param name="batch">The most datagrams of one call.</param>
    /// <param name="answerSpace">The longest answer.</param>
    /// <param name="keepsControl">Answers go out from the address that the query came to; needed where the socket is bound to none.</param>
    public Datagrams(int batch, int answerSpace, bool keepsControl)
    {
        (_batch, _answerSpace, _keepsControl) = (batch, answerSpace, keepsControl);
        var each = (2 * (sizeof(Message) + sizeof(Piece))) + MaxQuery + answerSpace + AddressSpace + ControlSpace + 64;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)(each * batch), 64);
        NativeMemory.Clear(_memory, (nuint)(each * batch));
        var next = _memory;
        _received = (Message*)Take(sizeof(Message));
        _toSend = (Message*)Take(sizeof(Message));
        var receivedPieces = (Piece*)Take(sizeof(Piece));
        var sentPieces = (Piece*)Take(sizeof(Piece));
        _controls = Take(ControlSpace);
        _queries = Take(MaxQuery);
        _answers = Take((answerSpace + 7) & ~7);
        _addresses = Take(AddressSpace);
        for (var i = 0; i < batch; i++)
        {
            receivedPieces[i] = new Piece { Start = _queries + (i * MaxQuery), Length = MaxQuery };
            _received[i].Header.Pieces = receivedPieces + i;
            _received[i].Header.PieceCount = 1;
            _received[i].Header.Address = _addresses + (i * AddressSpace);
            _received[i].Header.Control = keepsControl ? _controls + (i * ControlSpace) : null;
            _toSend[i].Header.Pieces = sentPieces + i;
            _toSend[i].Header.PieceCount = 1;
        }

        byte* Take(int size)
        {
            var taken = next;
            next += size * batch;
            return taken;
        }
    }

    /// <summary>Waits for at least one datagram.</summary>
    /// <returns>How many came; 0 or below: the socket was shut down, or fails.</returns>
    public int Receive(int socket)
    {
        _sends = 0;
        for (var i = 0; i < _batch; i++)
        {
            _received[i].Header.AddressLength = AddressSpace;
            _received[i].Header.ControlLength = _keepsControl ? ControlSpace : (nuint)0;
            _received[i].Header.Flags = 0;
        }

        int count;
        do
            count = ReceiveMany(socket, _received, (uint)_batch, WaitForOne, null);
        while (count < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return count;
    }

    /// <summary>A datagram that came; empty where it was longer than <see cref="MaxQuery"/>.</summary>
    public ReadOnlySpan<byte> Query(int index) => (_received[index].Header.Flags & TruncatedFlag) != 0 ? default : new(_queries + (index * MaxQuery), (int)_received[index].Length);

    /// <summary>Who sent it.</summary>
    public NetworkAddress Client(int index)
    {
        const ushort InternetFamily = 2;
        var address = new ReadOnlySpan<byte>(_addresses + (index * AddressSpace), AddressSpace);
        return Unsafe.ReadUnaligned<ushort>(ref MemoryMarshal.GetReference(address)) == InternetFamily
            ? NetworkAddress.OfIPv4(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(address[4..]))
            : NetworkAddress.OfIPv6(address.Slice(8, 16));
    }

    /// <summary>Where the answer to the datagram goes.</summary>
    public Span<byte> Answer(int index) => new(_answers + (index * _answerSpace), _answerSpace);

    /// <summary>Puts the answer among those that go out, to where the query came from.</summary>
    public void Enqueue(int index, int length)
    {
        ref var message = ref _toSend[_sends++];
        message.Header.Address = _received[index].Header.Address;
        message.Header.AddressLength = _received[index].Header.AddressLength;
        message.Header.Control = _received[index].Header.Control;
        message.Header.ControlLength = _received[index].Header.ControlLength;
        message.Header.Pieces->Start = _answers + (index * _answerSpace);
        message.Header.Pieces->Length = (nuint)length;
    }

    /// <summary>Sends what was put there. One that can't be sent (a forged sender, say) does not keep the others back.</summary>
    public void Send(int socket)
    {
        for (var sent = 0; sent < _sends;)
        {
            var count = SendMany(socket, _toSend + sent, (uint)(_sends - sent), NoSignal);
            if (count > 0)
                sent += count;
            else if (Marshal.GetLastPInvokeError() != Interrupted)
                sent++;
        }
    }

    /// <summary>Wakes up a thread that waits in <see cref="Receive"/>, for good. Linux does so also for sockets without a peer, though it then reports ENOTCONN.</summary>
    public static void ShutDown(int socket) => _ = ShutDownSocket(socket, 2);

    public void Dispose() => NativeMemory.AlignedFree(_memory);

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    private static partial int ReceiveMany(int socket, Message* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    private static partial int SendMany(int socket, Message* messages, uint count, int flags);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    private static partial int ShutDownSocket(int socket, int how);

    /// <summary><c>struct iovec</c>.</summary>
    private struct Piece
    {
        public byte* Start;
        public nuint Length;
    }

    /// <summary><c>struct msghdr</c> of 64-bit Linux.</summary>
    private struct Header
    {
        public byte* Address;
        public uint AddressLength;
        public Piece* Pieces;
        public nuint PieceCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary><c>struct mmsghdr</c>.</summary>
    private struct Message
    {
        public Header Header;
        public uint Length;
    }
}
