namespace Banyan.Engines.Evm.Sending;

/// <summary>
/// Which nonces of an account are taken: each is given once, the lowest that is free first, so that no gap stays before a transaction that waits. Not
/// thread-safe.
/// </summary>
internal sealed class NonceBook
{
    private readonly SortedDictionary<ulong, Flight> _flights = [];
    private readonly SortedSet<ulong> _free = [];

    /// <summary>The nonce after all that were given.</summary>
    public ulong Next { get; private set; }

    public int Count => _flights.Count;

    /// <summary>By nonce, the lowest first.</summary>
    public IReadOnlyCollection<Flight> Flights => _flights.Values;

    /// <summary>The chain has used, or holds waiting, all nonces before this one.</summary>
    public void Used(ulong count)
    {
        if (count > Next)
            Next = count;
        _free.RemoveWhere(n => n < count);
    }

    /// <summary>The nonce that the next flight gets.</summary>
    public ulong Take()
    {
        if (_free.Count == 0)
            return Next++;
        var lowest = _free.Min;
        _free.Remove(lowest);
        return lowest;
    }

    public void Add(Flight flight)
    {
        _flights.Add(flight.Nonce, flight);
        _free.Remove(flight.Nonce);
        if (flight.Nonce >= Next)
        {
            for (var n = Next; n < flight.Nonce; n++)
                _free.Add(n);
            Next = flight.Nonce + 1;
        }
    }

    /// <summary>A flight is over: its nonce is used.</summary>
    public void Remove(Flight flight) => _flights.Remove(flight.Nonce);

    /// <summary>A flight never was: its nonce is given again.</summary>
    public void GiveBack(ulong nonce)
    {
        _flights.Remove(nonce);
        _free.Add(nonce);
        while (Next > 0 && _free.Remove(Next - 1))
            Next--;
    }

    /// <summary>Nonces from <paramref name="count"/> on that nobody has, though flights after them wait; they are given next.</summary>
    public IReadOnlyList<ulong> Gaps(ulong count)
    {
        var gaps = new List<ulong>();
        if (_flights.Count == 0)
            return gaps;
        var last = _flights.Keys.Last();
        for (var n = count; n < last && gaps.Count < 256; n++)
        {
            if (!_flights.ContainsKey(n))
            {
                gaps.Add(n);
                _free.Add(n);
            }
        }

        return gaps;
    }
}
