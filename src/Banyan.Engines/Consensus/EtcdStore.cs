using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Banyan.Engines.Certificates;
using Banyan.Engines.Consensus.Etcd;
using Banyan.Engines.Consensus.Remote;

namespace Banyan.Engines.Consensus;

/// <summary>
/// A consensus store that is etcd (3.4 or newer), over the JSON gateway of its API v3. Thread-safe. Every key is under
/// <c>banyan/INSTANCE/</c>, so that several platforms can share an etcd. While one member of three is gone, the others
/// are asked.
/// </summary>
public sealed class EtcdStore : IConsensusStore
{
    /// <summary>etcd counts leases in seconds, and grants none shorter than one and a half elections of its members.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);

    /// <summary>How long a watch may be silent before its member is asked whether it is still part of the cluster.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    private const int LongestLine = 64 * 1024 * 1024;

    private readonly EtcdGateway _etcd;
    private readonly TimeProvider _clock;
    private readonly string _root;

    /// <param name="members">Where they answer clients; at least one.</param>
    /// <param name="instanceId">The platform's.</param>
    /// <param name="clock">For waiting.</param>
    /// <param name="links">The process' links; null where they are plain.</param>
    public EtcdStore(IReadOnlyList<Uri> members, string instanceId, TimeProvider clock, Links? links = null)
    {
        (_etcd, _clock, _root) = (new EtcdGateway(members, clock, links), clock, $"banyan/{instanceId}/");
        StoreRules.CheckKey(_root);
    }

    /// <inheritdoc/>
    public TimeSpan ShortestLease => Shortest;

    /// <inheritdoc/>
    public async Task<StoredValue?> GetAsync(string key, CancellationToken cancellationToken)
    {
        StoreRules.CheckKey(key);
        return (await RangeAsync(new EtcdRangeRequest(Bytes(key)), cancellationToken)).Values.FirstOrDefault();
    }

    /// <inheritdoc/>
    public Task<StoreSnapshot> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        StoreRules.CheckPrefix(prefix);
        return RangeAsync(new EtcdRangeRequest(Bytes(prefix), End(prefix)), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<StoreCommit> CommitAsync(IReadOnlyList<StoreCondition> conditions, IReadOnlyList<StoreWrite> writes, CancellationToken cancellationToken)
    {
        StoreRules.CheckCommit(conditions, writes);
        var transaction = new EtcdTransaction([.. conditions.Select(c => new EtcdCompare(Bytes(c.Key), c.Revision))], [.. writes.Select(Operation)]);
        try
        {
            var answer = await _etcd.AskAsync("/v3/kv/txn", transaction, EtcdJson.Default.EtcdTransaction, EtcdJson.Default.EtcdTransactionResponse, repeatable: false, cancellationToken);
            return new StoreCommit(answer.Succeeded, answer.Header?.Revision ?? 0);
        }
        catch (EtcdRefusedException gone) when (gone.IsNotFound)
        {
            // A write's lease has ended.
            return new StoreCommit(false, (await ListAsync("-", cancellationToken)).Revision);
        }
        catch (EtcdRefusedException refused)
        {
            throw Refused(refused);
        }
    }

    /// <inheritdoc/>
    public async Task<StoreLease> GrantAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        var seconds = (long)Math.Ceiling(StoreRules.CheckLease(timeToLive, ShortestLease).TotalSeconds);
        try
        {
            // Asked twice, it may make two: nobody knows the other one, and it runs out.
            var lease = await _etcd.AskAsync("/v3/lease/grant", new EtcdGrantRequest(seconds), EtcdJson.Default.EtcdGrantRequest, EtcdJson.Default.EtcdLeaseResponse, repeatable: true, cancellationToken);
            return new StoreLease(lease.Id, TimeSpan.FromSeconds(lease.Seconds));
        }
        catch (EtcdRefusedException refused)
        {
            throw Refused(refused);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> RenewAsync(long lease, CancellationToken cancellationToken)
    {
        try
        {
            var line = await _etcd.AskAsync("/v3/lease/keepalive", new EtcdLease(lease), EtcdJson.Default.EtcdLease, EtcdJson.Default.LeaseLine, repeatable: true, cancellationToken);
            return line.Error is null ? line.Result is { Seconds: > 0 } : throw new EtcdRefusedException(line.Error);
        }
        catch (EtcdRefusedException gone) when (gone.IsNotFound)
        {
            return false;
        }
        catch (EtcdRefusedException refused)
        {
            throw Refused(refused);
        }
    }

    /// <inheritdoc/>
    public async Task RevokeAsync(long lease, CancellationToken cancellationToken)
    {
        try
        {
            await _etcd.AskAsync("/v3/lease/revoke", new EtcdLease(lease), EtcdJson.Default.EtcdLease, EtcdJson.Default.EtcdRangeResponse, repeatable: true, cancellationToken);
        }
        catch (EtcdRefusedException ended) when (ended.IsNotFound)
        {
            return;
        }
        catch (EtcdRefusedException refused)
        {
            throw Refused(refused);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoreChange> WatchAsync(string prefix, long afterRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StoreRules.CheckPrefix(prefix);
        var question = new EtcdWatchRequest(new EtcdWatchCreate(Bytes(prefix), End(prefix), afterRevision + 1));
        using var stream = await _etcd.BeginAsync("/v3/watch", question, EtcdJson.Default.EtcdWatchRequest, cancellationToken);
        await using var lines = new LineReader(stream.Body, LongestLine);
        while (true)
        {
            var news = await ReadAsync(lines, stream.Member, cancellationToken);
            if (news.Canceled)
                throw news.CompactRevision > 0
                    ? new ConsensusCompactedException($"Changes after revision {afterRevision} are kept only from {news.CompactRevision} on: list, and watch from there.")
                    : _etcd.Unavailable(stream.Member, new IOException(news.CancelReason ?? "it ended the watch"));
            foreach (var happened in news.Events ?? [])
                yield return happened.Type == "DELETE" ? new StoreChange(Name(happened.KeyValue.Key), null, happened.KeyValue.ModRevision) : new StoreChange(Name(happened.KeyValue.Key), Value(happened.KeyValue), happened.KeyValue.ModRevision);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _etcd.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<EtcdWatchResponse> ReadAsync(LineReader lines, int member, CancellationToken cancellationToken)
    {
        try
        {
            // A member that is cut off from the others says nothing, for ever: only a read that needs them all shows it.
            var text = await lines.ReadAsync(Silence, stop => _etcd.IsHeardAsync(member, Silence, "/v3/kv/range", new EtcdRangeRequest(Bytes("-")), EtcdJson.Default.EtcdRangeRequest, EtcdJson.Default.EtcdRangeResponse, stop), _clock, cancellationToken)
                ?? throw new IOException("it ended the watch");
            var line = JsonSerializer.Deserialize(text, EtcdJson.Default.WatchLine);
            return line?.Result ?? throw new IOException(line?.Error?.Message ?? "it sent an empty line");
        }
        catch (Exception gone) when (gone is IOException or JsonException or HttpRequestException)
        {
            _etcd.Leave(member);
            throw _etcd.Unavailable(member, gone);
        }
    }

    private async Task<StoreSnapshot> RangeAsync(EtcdRangeRequest question, CancellationToken cancellationToken)
    {
        try
        {
            // Not "serializable": it goes through the leader, and so sees every commit before it.
            var answer = await _etcd.AskAsync("/v3/kv/range", question, EtcdJson.Default.EtcdRangeRequest, EtcdJson.Default.EtcdRangeResponse, repeatable: true, cancellationToken);
            return new StoreSnapshot([.. answer.Kvs?.Select(Value) ?? []], answer.Header?.Revision ?? 0);
        }
        catch (EtcdRefusedException refused)
        {
            throw Refused(refused);
        }
    }

    private static ConsensusUnavailableException Refused(EtcdRefusedException refused) => new($"The consensus store (etcd) refuses: {refused.Message}", refused);

    private EtcdOperation Operation(StoreWrite write) => write.Value is { } value
        ? new EtcdOperation(Put: new EtcdPut(Bytes(write.Key), Encoding.UTF8.GetBytes(value), write.Lease ?? 0))
        : new EtcdOperation(Delete: new EtcdDelete(Bytes(write.Key)));

    private StoredValue Value(EtcdKeyValue found) =>
        new(Name(found.Key), found.Value is null ? "" : Encoding.UTF8.GetString(found.Value), found.ModRevision, found.Lease == 0 ? null : found.Lease);

    private byte[] Bytes(string key) => Encoding.ASCII.GetBytes(_root + key);

    private string Name(byte[] key) => Encoding.ASCII.GetString(key)[_root.Length..];

    /// <summary>The first key after all that begin with a prefix: its last character is one more, which ASCII always has.</summary>
    private byte[] End(string prefix)
    {
        var end = Bytes(prefix);
        end[^1]++;
        return end;
    }
}
