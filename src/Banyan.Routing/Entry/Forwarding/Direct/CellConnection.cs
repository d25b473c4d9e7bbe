using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using Banyan.Routing.Entry.Routes;

namespace Banyan.Routing.Entry.Forwarding.Direct;

/// <summary>
/// A kept connection to a cell: one request at a time, its owner's. Others may only end it (<see cref="End(ConnectionEnd)"/>,
/// <see cref="Leave"/>, <see cref="Check"/>): that closes the socket, and what waits on it fails. They never hit a later
/// request, because each has a number.
/// </summary>
/// <param name="socket">The connection.</param>
/// <param name="secure">TLS over it; null where links are plain.</param>
/// <param name="options">Patience.</param>
/// <param name="time">The clock.</param>
internal sealed class CellConnection(Socket socket, SslStream? secure, EntryOptions options, TimeProvider time)
{
    private const int FirstBuffer = 4096;
    private const int LargestBuffer = 64 * 1024;
    private const int LargestKept = 16 * 1024;
    private byte[] _received = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private int _start;
    private int _end;
    private long _state;
    private RouteLife? _life;
    private bool _repeatable;
    private int _phase;
    private long _silentAt = long.MaxValue;
    private long _leftAt = long.MaxValue;

    /// <summary>What is written of a request before it is sent.</summary>
    public byte[] Sending = ArrayPool<byte>.Shared.Rent(FirstBuffer);

    public AnswerHead Head { get; } = new();

    public FieldStrings Strings { get; } = new();

    public ChunkReader Chunks { get; } = new();

    /// <summary>When it was used last, as a timestamp.</summary>
    public long UsedAt { get; private set; } = time.GetTimestamp();

    /// <summary>Why it was ended.</summary>
    public ConnectionEnd Ended => (ConnectionEnd)(Interlocked.Read(ref _state) & 7);

    /// <summary>What was received and not consumed.</summary>
    public ReadOnlySpan<byte> Unread => _received.AsSpan(_start, _end - _start);

    public AnswerPhase Phase
    {
        get => (AnswerPhase)Volatile.Read(ref _phase);
        set => Volatile.Write(ref _phase, (int)value);
    }

    /// <summary>A request begins.</summary>
    public void Begin(RouteLife life, bool repeatable)
    {
        (_life, _repeatable, _leftAt, _silentAt) = (life, repeatable, long.MaxValue, long.MaxValue);
        Phase = AnswerPhase.Waiting;
        Head.Clear();
        Interlocked.Exchange(ref _state, (((_state >> 3) + 1) << 3) | (long)ConnectionEnd.InFlight);
        if (life.Ended.IsCancellationRequested)
            Leave(life); // it ended between the choice of the cell and now
    }

    /// <summary>The request is over.</summary>
    /// <returns>False where somebody ended the connection meanwhile.</returns>
    public bool TryFinish()
    {
        UsedAt = time.GetTimestamp();
        if (_received.Length > LargestKept && _start == _end)
        {
            ArrayPool<byte>.Shared.Return(_received);
            (_received, _start, _end) = ([], 0, 0);
        }

        var state = Interlocked.Read(ref _state);
        return (state & 7) == (long)ConnectionEnd.InFlight && Interlocked.CompareExchange(ref _state, state & ~7L, state) == state;
    }

    /// <summary>Ends the request that is on it now, if any.</summary>
    public void End(ConnectionEnd why) => End(Interlocked.Read(ref _state), why);

    /// <summary>A route has moved away: ends what can be sent again and what has no end, and gives the rest some time.</summary>
    public void Leave(RouteLife life)
    {
        var state = Interlocked.Read(ref _state);
        if (!ReferenceEquals(Volatile.Read(ref _life), life))
            return;
        if (Phase == AnswerPhase.Endless || (Phase == AnswerPhase.Waiting && _repeatable))
            End(state, ConnectionEnd.Left);
        else
            Volatile.Write(ref _leftAt, After(options.LeftPatience));
    }

    /// <summary>Ends a request whose time is over.</summary>
    public void Check(long now)
    {
        var state = Interlocked.Read(ref _state);
        if ((state & 7) != (long)ConnectionEnd.InFlight)
            return;
        if (now >= Volatile.Read(ref _leftAt))
            End(state, ConnectionEnd.Left);
        else if (Phase == AnswerPhase.Waiting && now >= Volatile.Read(ref _silentAt))
            End(state, ConnectionEnd.Silent);
    }

    /// <summary>Closes it and gives its memory back. Nothing may wait on it.</summary>
    public void Dispose()
    {
        socket.Dispose(); // first: who is to be told that it ends is told by this
        secure?.Dispose();
        if (_received.Length > 0)
            ArrayPool<byte>.Shared.Return(_received);
        ArrayPool<byte>.Shared.Return(Sending);
        (_received, Sending) = ([], []);
    }

    /// <summary>Whether it may take another request.</summary>
    /// <param name="look">Ask the system whether the cell has closed it. At rest nothing is to be read, also by TLS: its tickets came before the first answer.</param>
    public bool IsUsable(bool look) => socket.Connected && _start == _end && !(look && socket.Poll(0, SelectMode.SelectRead));

    /// <summary>Sends all of it; the cell's time begins anew.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        Volatile.Write(ref _silentAt, After(options.AnswerTimeout));
        if (secure is not null)
        {
            await secure.WriteAsync(bytes);
            return;
        }

        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None)..];
    }

    /// <summary>The client is waited for, not the cell.</summary>
    public void Wait() => Volatile.Write(ref _silentAt, long.MaxValue);

    /// <summary>Receives more behind <see cref="Unread"/>.</summary>
    /// <param name="wanted">How much is expected.</param>
    /// <returns>Bytes received; 0 where the cell has closed.</returns>
    public ValueTask<int> ReceiveAsync(long wanted = FirstBuffer)
    {
        if (_start == _end)
            _start = _end = 0;
        var size = (int)Math.Clamp(wanted, FirstBuffer, LargestBuffer);
        if (_received.Length - _end < Math.Min(size, FirstBuffer) || (_end == 0 && _received.Length < size))
            Move(_end - _start + size);
        var receiving = secure?.ReadAsync(_received.AsMemory(_end)) ?? socket.ReceiveAsync(_received.AsMemory(_end), SocketFlags.None);
        if (!receiving.IsCompletedSuccessfully)
            return AddAsync(receiving);
        var count = receiving.Result;
        _end += count;
        return new ValueTask<int>(count);
    }

    /// <summary>Waits until there is something to receive, without a buffer; use where nothing is unread.</summary>
    public async ValueTask WaitAsync()
    {
        if (_received.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_received);
            (_received, _start, _end) = ([], 0, 0);
        }

        await (secure?.ReadAsync(Memory<byte>.Empty) ?? socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None));
    }

    public void Consume(int count) => _start += count;

    private async ValueTask<int> AddAsync(ValueTask<int> receiving)
    {
        var count = await receiving;
        _end += count;
        return count;
    }

    private void Move(int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(size);
        Unread.CopyTo(larger);
        if (_received.Length > 0)
            ArrayPool<byte>.Shared.Return(_received);
        (_received, _end, _start) = (larger, _end - _start, 0);
    }

    private void End(long state, ConnectionEnd why)
    {
        if ((state & 7) == (long)ConnectionEnd.InFlight && Interlocked.CompareExchange(ref _state, (state & ~7L) | (long)why, state) == state)
            socket.Dispose();
    }

    private long After(TimeSpan patience) => time.GetTimestamp() + (long)(patience.TotalSeconds * time.TimestampFrequency);
}
