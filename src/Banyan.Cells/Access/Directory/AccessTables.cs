using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Banyan.Engines.Consensus;

namespace Banyan.Cells.Access.Directory;

/// <summary>
/// The directory in memory. A change is taken where its revision is newer than what is known of its key, so that one's own
/// writes and those that the watch brings may come in any order. Reads are thread-safe and wait for nobody; writers take turns.
/// </summary>
internal sealed class AccessTables(TimeProvider time)
{
    /// <summary>The most of each that are kept. What comes on top is not known here, which refuses; see <see cref="NoteEnded"/>.</summary>
    public const int MostSigningKeys = 10_000;
    public const int MostApiKeys = 200_000;
    public const int MostClients = 100_000;
    public const int MostEnded = 1_000_000;

    /// <summary>Ended sessions are looked through for those whose tokens have ended when this many more have come.</summary>
    private const int SweepEvery = 10_000;

    private readonly Lock _writing = new();
    private readonly ConcurrentDictionary<string, Known<SigningKey>> _signing = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Known<ApiKeyEntry>> _api = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Known<ClientEntry>> _clients = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Known<EndedSession>> _ended = new(StringComparer.Ordinal);
    private (int Signing, int Api, int Ended) _counts;
    private int _clientCount;
    private int _sweepAt = SweepEvery;
    private long _allEndedUntil = long.MinValue;

    public SigningKey? FindSigningKey(string id) => _signing.TryGetValue(id, out var known) && known.Value.NotAfter > time.GetUtcNow() ? known.Value : null;

    public ImmutableArray<SigningKey> SigningKeys
    {
        get
        {
            var now = time.GetUtcNow();
            return [.. _signing.Values.Select(static k => k.Value).Where(k => k.NotAfter > now).OrderBy(static k => k.KeyId, StringComparer.Ordinal)];
        }
    }

    public ApiKeyEntry? FindApiKey(string id) => _api.TryGetValue(id, out var known) && !(known.Value.Expires <= time.GetUtcNow()) ? known.Value : null;

    public ClientEntry? FindClient(string id) => _clients.TryGetValue(id, out var known) ? known.Value : null;

    public ImmutableArray<ClientEntry> Clients => [.. _clients.Values.Select(static k => k.Value)];

    public bool IsEnded(string session) => _ended.ContainsKey(session) || Volatile.Read(ref _allEndedUntil) > time.GetUtcNow().UtcTicks;

    /// <summary>How many there are: signing keys, API keys, ended sessions.</summary>
    public (int Signing, int Api, int Ended) Counts => _counts;

    /// <summary>Takes one change.</summary>
    /// <exception cref="JsonException">The value is not what its key says.</exception>
    public void Apply(string key, string? value, long revision)
    {
        lock (_writing)
            Note(key, value, revision);
    }

    /// <summary>Takes everything there is: what is not in it is gone.</summary>
    /// <returns>The keys whose values can't be read.</returns>
    public IReadOnlyList<string> Replace(StoreSnapshot all)
    {
        var unreadable = new List<string>();
        lock (_writing)
        {
            var there = all.Values.Select(static v => v.Key).ToHashSet(StringComparer.Ordinal);
            foreach (var value in all.Values)
            {
                try
                {
                    Note(value.Key, value.Value, value.Revision);
                }
                catch (JsonException)
                {
                    unreadable.Add(value.Key);
                }
            }

            Forget(_signing, AccessKeys.OfSigningKey, there, all.Revision);
            Forget(_api, AccessKeys.OfApiKey, there, all.Revision);
            Forget(_clients, AccessKeys.OfClient, there, all.Revision);
            Forget(_ended, AccessKeys.OfEnded, there, all.Revision);
            _counts = (_signing.Count, _api.Count, _ended.Count);
            _clientCount = _clients.Count;
        }

        return unreadable;
    }

    private static void Forget<T>(ConcurrentDictionary<string, Known<T>> table, Func<string, string> keyOf, HashSet<string> there, long revision)
    {
        foreach (var (name, known) in table)
        {
            if (known.Revision <= revision && !there.Contains(keyOf(name)))
                table.TryRemove(name, out _);
        }
    }

    private void Note(string key, string? value, long revision)
    {
        switch (AccessKeys.Read(key, out var name))
        {
            case AccessKind.Signing:
                Note(_signing, name, value is null ? null : Read(value, AccessJson.Default.SigningKey) is { } signing && signing.KeyId == name ? signing : throw Wrong(), revision, ref _counts.Signing, MostSigningKeys);
                break;
            case AccessKind.Api:
                Note(_api, name, value is null ? null : Read(value, AccessJson.Default.ApiKeyEntry) is { } api && api.Id == name ? api : throw Wrong(), revision, ref _counts.Api, MostApiKeys);
                break;
            case AccessKind.Client:
                Note(_clients, name, value is null ? null : Read(value, AccessJson.Default.ClientEntry) is { } client && client.Id == name ? client : throw Wrong(), revision, ref _clientCount, MostClients);
                break;
            case AccessKind.Ended:
                NoteEnded(name, value is null ? null : Read(value, AccessJson.Default.EndedSession), revision);
                break;
        }
    }

    private static JsonException Wrong() => new("Its name is not that of its key.");

    private static T Read<T>(string value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) => JsonSerializer.Deserialize(value, type) ?? throw new JsonException("It is null.");

    private static bool Note<T>(ConcurrentDictionary<string, Known<T>> table, string name, T? value, long revision, ref int count, int most)
        where T : class
    {
        var has = table.TryGetValue(name, out var known);
        if (has && known.Revision >= revision)
            return true;
        if (value is null)
        {
            if (has && table.TryRemove(name, out _))
                count--;
            return true;
        }

        if (!has && count >= most)
            return false;
        table[name] = new Known<T>(value, revision);
        count += has ? 0 : 1;
        return true;
    }

    /// <summary>Forgetting that a session ended would let its tokens in again: where there is no room for one, every session counts as ended until that one's tokens have ended by themselves.</summary>
    private void NoteEnded(string session, EndedSession? ended, long revision)
    {
        if (_counts.Ended >= _sweepAt)
            Sweep();
        if (!Note(_ended, session, ended, revision, ref _counts.Ended, MostEnded))
            Volatile.Write(ref _allEndedUntil, Math.Max(_allEndedUntil, ended!.Until.UtcTicks));
    }

    private void Sweep()
    {
        var now = time.GetUtcNow();
        foreach (var (session, known) in _ended)
        {
            if (known.Value.Until < now && _ended.TryRemove(session, out _))
                _counts.Ended--;
        }

        _sweepAt = Math.Min(_counts.Ended + SweepEvery, MostEnded);
    }

    private readonly record struct Known<T>(T Value, long Revision);
}
