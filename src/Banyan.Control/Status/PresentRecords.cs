using Banyan.Control.Chain;
using Banyan.Control.Failover;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;

namespace Banyan.Control.Status;

/// <summary>Where each partition is now, by the consensus store. Thread-safe.</summary>
internal sealed class PresentRecords(TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private PlatformMoves? _moves;
    private string? _instance;
    private ChainStatus? _chain;
    private IReadOnlyDictionary<string, PartitionPlace> _last = new Dictionary<string, PartitionPlace>();

    /// <summary>How anchoring stood when the records were last read; null where there is no chain, or nobody has looked at it yet.</summary>
    public ChainStatus? Chain => Volatile.Read(ref _chain);

    /// <summary>The platform with the epochs and primaries of this moment; of the last answer where the store gives none in time.</summary>
    public async Task<PlatformState> ReadAsync(PlatformState platform, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (Connect(platform) is { } moves)
            {
                _last = await moves.ReadAsync(either.Token);
                _chain = platform.Chain is null ? null : await moves.ChainAsync(either.Token);
            }
        }
        catch (Exception e) when (e is ConsensusUnavailableException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // What was known last is the best there is; nothing moves without the store.
        }

        var last = _last;
        return platform with
        {
            Partitions = [.. platform.Partitions.Select(p => last.TryGetValue(p.Name, out var place) ? p with { Epoch = place.Record.Epoch, Primary = place.Record.Primary, Shortage = place.Record.Shortage } : p)],
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _moves?.DisposeAsync().AsTask().GetAwaiter().GetResult(); // Closes sockets; never waits.

    private PlatformMoves? Connect(PlatformState platform)
    {
        lock (_gate)
        {
            // Another run may have given the store another port.
            var instance = $"{platform.InstanceId} {platform.Consensus?.Members[0].Port}";
            if (_instance != instance)
            {
                _moves = PlatformMoves.Connect(platform, time);
                _instance = instance;
            }

            return _moves;
        }
    }
}
