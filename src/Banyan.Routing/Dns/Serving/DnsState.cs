using Banyan.Routing.Dns.Zones;

namespace Banyan.Routing.Dns.Serving;

/// <summary>Holds the table that queries are answered from. Readers take <see cref="Current"/> once and never wait; whoever knows better swaps it. Thread-safe.</summary>
public sealed class DnsState(AnswerTable first)
{
    private AnswerTable _current = first;

    /// <summary>The table of this moment.</summary>
    public AnswerTable Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }
}
