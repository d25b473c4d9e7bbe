using System.Collections.Concurrent;
using System.Collections.Immutable;
using Banyan.Cells.Access;
using Banyan.Engines.Consensus;

namespace Banyan.Services.Identity.Tests;

/// <summary>What every cell knows of credentials, in memory; outlives the cells of a test. It can be made to be away.</summary>
internal sealed class TestDirectory : IAccessDirectory, IAccessPublisher
{
    private readonly ConcurrentDictionary<string, SigningKey> _signing = new();
    private readonly ConcurrentDictionary<string, ApiKeyEntry> _api = new();
    private readonly ConcurrentDictionary<string, ClientEntry> _clients = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _ended = new();

    public volatile bool IsAway;

    public ImmutableArray<SigningKey> SigningKeys => [.. _signing.Values.OrderBy(k => k.NotAfter)];

    public SigningKey? FindSigningKey(string keyId) => _signing.GetValueOrDefault(keyId);

    public ApiKeyEntry? FindApiKey(string id) => _api.GetValueOrDefault(id);

    public ClientEntry? FindClient(string id) => _clients.GetValueOrDefault(id);

    public ImmutableArray<ClientEntry> Clients => [.. _clients.Values];

    public bool IsEnded(string session) => _ended.ContainsKey(session);

    public Task PublishSigningKeyAsync(SigningKey key, CancellationToken cancellationToken) => Do(() => _signing[key.KeyId] = key);

    public Task PublishApiKeyAsync(ApiKeyEntry key, CancellationToken cancellationToken) => Do(() => _api[key.Id] = key);

    public Task WithdrawApiKeyAsync(string id, CancellationToken cancellationToken) => Do(() => _api.TryRemove(id, out _));

    public Task PublishClientAsync(ClientEntry client, CancellationToken cancellationToken) => Do(() => _clients[client.Id] = client);

    public Task WithdrawClientAsync(string id, CancellationToken cancellationToken) => Do(() => _clients.TryRemove(id, out _));

    public Task EndSessionAsync(string session, DateTimeOffset tokensExpire, CancellationToken cancellationToken) => Do(() => _ended[session] = tokensExpire);

    private Task Do(Action change)
    {
        if (IsAway)
            return Task.FromException(new ConsensusUnavailableException("away"));
        change();
        return Task.CompletedTask;
    }
}
