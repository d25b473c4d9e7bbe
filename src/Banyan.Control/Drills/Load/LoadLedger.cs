using Banyan.Control.Drills.Checking;

namespace Banyan.Control.Drills.Load;

/// <summary>What a drill's clients did and were told. Thread-safe.</summary>
/// <param name="time">The clock; times in the ledger count from its making.</param>
internal sealed class LoadLedger(TimeProvider time)
{
    private readonly long _began = time.GetTimestamp();
    private readonly Lock _gate = new();
    private readonly List<AcknowledgedChange> _acknowledged = [];
    private readonly Dictionary<int, long> _sent = [];
    private readonly Dictionary<int, long> _told = [];
    private readonly List<FailedRequest> _failures = [];
    private long _requests;
    private long _failedSafe;
    private long _failedPlain;
    private long _staleReads;
    private TimeSpan _longest;

    /// <summary>Since the ledger was made.</summary>
    public TimeSpan Now => time.GetElapsedTime(_began);

    /// <summary>The moment of a clock's time stamp.</summary>
    public TimeSpan At(long timestamp) => time.GetElapsedTime(_began, timestamp);

    /// <summary>A client is about to send a change.</summary>
    public void Sends(int client, long seq)
    {
        lock (_gate)
            _sent[client] = seq;
    }

    /// <summary>A client was told that its change is done.</summary>
    public void Acknowledge(int client, long seq, Guid receipt)
    {
        var at = Now;
        lock (_gate)
        {
            _acknowledged.Add(new AcknowledgedChange(client, seq, receipt, at));
            _told[client] = seq;
        }
    }

    /// <summary>The last change of a client that it was told of: a read that begins now must see it.</summary>
    public long LastTold(int client)
    {
        lock (_gate)
            return _told.GetValueOrDefault(client);
    }

    /// <summary>A request ended.</summary>
    /// <param name="took">From its sending to its answer, or to the failure.</param>
    /// <param name="failure">Null where it was answered well.</param>
    /// <param name="safe">It could be repeated, by its method or its key: then waiting is promised instead of a failure.</param>
    public void Ended(TimeSpan took, string? failure, bool safe)
    {
        var at = Now;
        lock (_gate)
        {
            _requests++;
            if (took > _longest)
                _longest = took;
            if (failure is null)
                return;
            if (safe)
                _failedSafe++;
            else
                _failedPlain++;
            if (_failures.Count < 1_000)
                _failures.Add(new FailedRequest(at, failure, safe));
        }
    }

    /// <summary>A read did not see what its client had been told before.</summary>
    public void StaleRead() => Interlocked.Increment(ref _staleReads);

    /// <summary>All of it, as it is now.</summary>
    public LoadFigures Read()
    {
        lock (_gate)
        {
            return new LoadFigures
            {
                Acknowledged = [.. _acknowledged],
                Sent = new Dictionary<int, long>(_sent),
                Requests = _requests,
                FailedSafe = _failedSafe,
                FailedPlain = _failedPlain,
                StaleReads = Interlocked.Read(ref _staleReads),
                LongestWait = _longest,
                Failures = [.. _failures],
            };
        }
    }

    /// <summary>Requests that ended so far, and how many of them failed.</summary>
    public (long Requests, long Failed) Counts()
    {
        lock (_gate)
            return (_requests, _failedSafe + _failedPlain);
    }

    /// <summary>Changes acknowledged so far, and when the last one was.</summary>
    public (int Count, TimeSpan Last) Progress()
    {
        lock (_gate)
            return (_acknowledged.Count, _acknowledged.Count > 0 ? _acknowledged[^1].At : TimeSpan.Zero);
    }
}

/// <summary>A request that was answered with an error, or not at all.</summary>
/// <param name="At">When, since the drill's start.</param>
/// <param name="What">Status and code, or the connection's error.</param>
/// <param name="Safe">It could have been repeated.</param>
internal sealed record FailedRequest(TimeSpan At, string What, bool Safe);

/// <summary>What a ledger held at one moment. Immutable.</summary>
internal sealed record LoadFigures
{
    /// <summary>In the order in which clients were told.</summary>
    public required IReadOnlyList<AcknowledgedChange> Acknowledged { get; init; }

    /// <summary>The highest number that each client sent.</summary>
    public required IReadOnlyDictionary<int, long> Sent { get; init; }

    public required long Requests { get; init; }

    /// <summary>Failed requests that were safe or carried a key.</summary>
    public required long FailedSafe { get; init; }

    /// <summary>Failed changes without a key.</summary>
    public required long FailedPlain { get; init; }

    public required long StaleReads { get; init; }

    public required TimeSpan LongestWait { get; init; }

    /// <summary>The first thousand.</summary>
    public required IReadOnlyList<FailedRequest> Failures { get; init; }

    /// <summary>The longest time without an acknowledged change that begins between two moments, and when it ended; none where nothing came after the first.</summary>
    public (TimeSpan Length, TimeSpan EndedAt)? LongestGapAfter(TimeSpan moment, TimeSpan? until = null)
    {
        (TimeSpan Length, TimeSpan EndedAt)? longest = null;
        var before = moment;
        foreach (var change in Acknowledged)
        {
            if (change.At <= moment)
                continue;
            if (longest is not null && before >= until)
                break;
            if (longest is null || change.At - before > longest.Value.Length)
                longest = (change.At - before, change.At);
            before = change.At;
        }

        return longest;
    }
}
