using System.Collections.Immutable;
using System.Text.Json;
using Banyan.Engines.Consensus;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Access.Directory;

/// <summary>
/// The access directory over the consensus store: one for a process, followed by <see cref="RunAsync"/>. While the store is
/// away what was known last stays: a session that is ended meanwhile is heard of when the store is back, and its tokens
/// end by themselves after their five minutes. Thread-safe.
/// </summary>
/// <param name="store">Where it lives.</param>
/// <param name="time">The clock.</param>
/// <param name="log">What is said when the store goes and comes back.</param>
public sealed partial class AccessDirectory(IConsensusStore store, TimeProvider time, ILogger<AccessDirectory> log) : IAccessDirectory, IAccessPublisher
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>A lease may not end before the tokens do, whatever the clocks of this process and of the store.</summary>
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(30);

    /// <summary>Others may be writing the same key; each turn one of them wins.</summary>
    private const int MostAttempts = 8;

    private readonly AccessTables _tables = new(time);
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    public Task Known => _known.Task;

    /// <inheritdoc/>
    public ImmutableArray<SigningKey> SigningKeys => _tables.SigningKeys;

    /// <summary>How much it holds: signing keys, API keys, ended sessions.</summary>
    public (int SigningKeys, int ApiKeys, int EndedSessions) Counts => _tables.Counts;

    /// <inheritdoc/>
    public SigningKey? FindSigningKey(string keyId) => _tables.FindSigningKey(keyId);

    /// <inheritdoc/>
    public ApiKeyEntry? FindApiKey(string id) => _tables.FindApiKey(id);

    /// <inheritdoc/>
    public ClientEntry? FindClient(string id) => _tables.FindClient(id);

    /// <inheritdoc/>
    public ImmutableArray<ClientEntry> Clients => _tables.Clients;

    /// <inheritdoc/>
    public bool IsEnded(string session) => _tables.IsEnded(session);

    /// <inheritdoc/>
    public Task PublishSigningKeyAsync(SigningKey key, CancellationToken cancellationToken) =>
        WriteAsync(AccessKeys.OfSigningKey(key.KeyId), JsonSerializer.Serialize(key, AccessJson.Default.SigningKey), lease: null, cancellationToken);

    /// <inheritdoc/>
    public Task PublishApiKeyAsync(ApiKeyEntry key, CancellationToken cancellationToken) =>
        WriteAsync(AccessKeys.OfApiKey(key.Id), JsonSerializer.Serialize(key, AccessJson.Default.ApiKeyEntry), lease: null, cancellationToken);

    /// <inheritdoc/>
    public Task WithdrawApiKeyAsync(string id, CancellationToken cancellationToken) =>
        WriteAsync(AccessKeys.OfApiKey(id), value: null, lease: null, cancellationToken);

    /// <inheritdoc/>
    public Task PublishClientAsync(ClientEntry client, CancellationToken cancellationToken) =>
        WriteAsync(AccessKeys.OfClient(client.Id), JsonSerializer.Serialize(client, AccessJson.Default.ClientEntry), lease: null, cancellationToken);

    /// <inheritdoc/>
    public Task WithdrawClientAsync(string id, CancellationToken cancellationToken) =>
        WriteAsync(AccessKeys.OfClient(id), value: null, lease: null, cancellationToken);

    /// <inheritdoc/>
    public async Task EndSessionAsync(string session, DateTimeOffset tokensExpire, CancellationToken cancellationToken)
    {
        var left = tokensExpire - time.GetUtcNow();
        if (left <= TimeSpan.Zero)
            return; // They are worthless already.
        var key = AccessKeys.OfEnded(session);
        // No gateway takes a token that lives longer than the longest lease.
        var lease = await store.GrantAsync(left + LeaseMargin < StoreRules.LongestLease ? left + LeaseMargin : StoreRules.LongestLease, cancellationToken);
        await WriteAsync(key, JsonSerializer.Serialize(new EndedSession(tokensExpire), AccessJson.Default.EndedSession), lease.Id, cancellationToken);
    }

    /// <summary>Follows the store until cancelled: lists, watches, and lists again after a compaction or an absence.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var pause = FirstPause;
        var gone = false;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var all = await store.ListAsync(AccessKeys.Prefix, stopping);
                foreach (var key in _tables.Replace(all))
                    LogUnreadable(key);
                _known.TrySetResult();
                if (gone)
                    LogBack();
                (gone, pause) = (false, FirstPause);
                await foreach (var change in store.WatchAsync(AccessKeys.Prefix, all.Revision, stopping))
                    Apply(change.Key, change.Value?.Value, change.Revision);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                var compacted = e is ConsensusCompactedException; // what was missed is in the next list
                if (!gone && !compacted)
                    LogGone(e.Message);
                gone |= !compacted;
            }

            await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task WriteAsync(string key, string? value, long? lease, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            // The revision says whose write came last; without a condition a repeat after a lost answer could undo another's.
            var now = await store.GetAsync(key, cancellationToken);
            if (value is null && now is null)
                return;
            var made = await store.CommitAsync([new StoreCondition(key, now?.Revision ?? 0)], [new StoreWrite(key, value, lease)], cancellationToken);
            if (!made.Made)
                continue;
            Apply(key, value, made.Revision);
            return;
        }

        throw new ConsensusUnavailableException($"{key} is being written by others at the same time: try again");
    }

    private void Apply(string key, string? value, long revision)
    {
        try
        {
            _tables.Apply(key, value, revision);
        }
        catch (JsonException)
        {
            LogUnreadable(key);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The consensus store does not answer; what was known of keys and sessions stays: {Error}")]
    private partial void LogGone(string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "The consensus store answers again: keys and sessions are up to date")]
    private partial void LogBack();

    [LoggerMessage(Level = LogLevel.Error, Message = "{Key} in the consensus store can't be read, and is left out")]
    private partial void LogUnreadable(string key);
}
