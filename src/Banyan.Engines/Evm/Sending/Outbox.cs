namespace Banyan.Engines.Evm.Sending;

/// <summary>
/// What is to be given to a node for the first time: in the order of nonces, and never past one that is still being signed, for nodes take what is in
/// order at once and put the rest aside. Not thread-safe.
/// </summary>
internal sealed class Outbox
{
    private readonly SortedSet<ulong> _signing = [];
    private readonly PriorityQueue<Flight, ulong> _signed = new();

    /// <summary>A flight got its nonce, and is being signed and stored.</summary>
    public void Signing(ulong nonce) => _signing.Add(nonce);

    /// <summary>It is signed and stored.</summary>
    public void Signed(Flight flight)
    {
        _signing.Remove(flight.Nonce);
        _signed.Enqueue(flight, flight.Nonce);
    }

    /// <summary>It could not be signed: those after it need not wait for it.</summary>
    public void NotSigned(ulong nonce) => _signing.Remove(nonce);

    /// <summary>The next, with the lowest nonces; none while all that are signed wait for one that is not.</summary>
    public List<Flight> Take(int most)
    {
        var taken = new List<Flight>();
        var before = _signing.Count == 0 ? ulong.MaxValue : _signing.Min;
        while (taken.Count < most && _signed.TryPeek(out var flight, out var nonce) && nonce < before)
        {
            taken.Add(flight);
            _signed.Dequeue();
        }

        return taken;
    }

    /// <summary>All that is signed, whatever it waits for.</summary>
    public List<Flight> TakeAll()
    {
        var taken = new List<Flight>(_signed.Count);
        while (_signed.TryDequeue(out var flight, out _))
            taken.Add(flight);
        return taken;
    }
}
