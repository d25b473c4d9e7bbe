using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Banyan.Control.Chain.Contracts;
using Banyan.Control.Chain.Keys;
using Banyan.Control.Platform;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Hashing;
using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Sending;
using Banyan.Engines.Evm.Signing;

namespace Banyan.Control.Chain.Identities;

/// <summary>
/// DID documents of organisations by hash, on the contract <c>IdentityRegistry</c>: of a DID (keccak-256 of its text) the SHA-256 of its
/// document, entered by the organisation's own account. Organisations alone: nothing of a person ever goes there. Nothing throws
/// for a chain that is away. Thread-safe.
/// </summary>
public sealed class IdentityEntries : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly PlatformState _platform;
    private readonly DataFolder _data;
    private readonly EvmClient _client;
    private readonly TimeProvider _time;
    private readonly ContractArtifact? _contract;

    private IdentityEntries(PlatformState platform, DataFolder data, TimeProvider time)
    {
        (_platform, _data, _time) = (platform, data, time);
        _client = new EvmClient(new EvmClientOptions { Endpoints = [.. platform.Chain!.Nodes.Select(static n => new EvmEndpoint(n))], ChainId = (ulong)platform.Chain.Id, Timeout = TimeSpan.FromSeconds(5) }, time);
        _contract = ContractArtifacts.Load()?["IdentityRegistry"];
    }

    private EvmAddress Address => EvmAddress.Parse(_platform.Chain!.Contracts!.Identities);

    /// <summary>Makes one; connects when it is first asked.</summary>
    /// <returns>Null where the platform has no chain, or no contracts on it yet.</returns>
    public static IdentityEntries? Connect(PlatformState platform, DataFolder data, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(platform);
        return platform.Chain?.Contracts is null ? null : new IdentityEntries(platform, data, time);
    }

    /// <summary>Whether an organisation's key is in a data folder.</summary>
    public static bool HasKey(DataFolder data, string organisation) => ChainKeys.Has(data, organisation);

    /// <summary>What is entered of a document: the SHA-256 of its bytes, as they are served.</summary>
    public static byte[] HashOf(ReadOnlySpan<byte> document) => SHA256.HashData(document);

    /// <summary>What the chain has of a DID; null where it was never entered.</summary>
    public async Task<(IdentityEntry? Entry, string? Problem)> FindAsync(string did, CancellationToken cancellationToken)
    {
        if (_contract is null)
            return (null, ContractArtifacts.Missing);
        var asked = _contract.Abi.Function("get");
        var answer = await _client.CallAsync(new EvmCall { To = Address, Data = asked.Encode(IdOf(did)) }, BlockTag.Latest, cancellationToken);
        if (!answer.Ok)
            return (null, answer.Error.Message);
        if (!asked.TryDecodeOutput(answer.Value, out var values, out var problem))
            return (null, $"the registry gave what it can't ({problem}): are the contracts there? (banyan status)");
        var fields = (object[])values[0];
        var version = (long)(BigInteger)fields[4];
        return (version == 0 ? null : new IdentityEntry(fields[0].ToString()!, version, (bool)fields[2], (byte[])fields[5], DateTimeOffset.FromUnixTimeSeconds((long)(BigInteger)fields[1])), null);
    }

    /// <summary>Enters an organisation's document with its own account; where it is there already, does nothing.</summary>
    /// <param name="did">The organisation's DID.</param>
    /// <param name="document">Its document, as it is served.</param>
    /// <param name="organisation">The region whose organisation it is; its key must be in this data folder.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    /// <returns>The entry afterwards, and whether it was there before; or why it could not be entered.</returns>
    /// <exception cref="PlatformException">The key can't be used.</exception>
    public async Task<(IdentityEntry? Entry, bool WasThere, string? Problem)> EnterAsync(string did, ReadOnlyMemory<byte> document, string organisation, CancellationToken cancellationToken)
    {
        if (!HasKey(_data, organisation))
            return (null, false, $"the key of its account is not in {_data.Secrets}: whoever runs {organisation} enters it");
        using var key = ChainKeys.Organisation(_data, organisation);
        var hash = HashOf(document.Span);
        var (before, problem) = await FindAsync(did, cancellationToken);
        if (problem is not null)
            return (null, false, problem);
        if (before is { Revoked: true })
            return (null, false, $"{did} was revoked there, for good");
        if (before is not null && before.Document.Span.SequenceEqual(hash))
            return (before, true, null);
        if (before is not null && before.Controller != key.Address.ToString())
            return (null, false, $"another account controls it there ({before.Controller}): where the organisation's was replaced, the organisations give it back by a proposal (IdentityRegistry.recover)");
        problem = before is null ? await SendAsync(key, "register", [IdOf(did), key.Address, hash], cancellationToken) : await SendAsync(key, "update", [IdOf(did), hash], cancellationToken);
        if (problem is not null)
            return (null, false, problem);
        var (after, unread) = await FindAsync(did, cancellationToken);
        return (after, false, unread);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private static EvmHash IdOf(string did) => Keccak256.Hash(Encoding.UTF8.GetBytes(did));

    private async Task<string?> SendAsync(PrivateKeySigner key, string function, IReadOnlyList<object> arguments, CancellationToken cancellationToken)
    {
        var opened = await TransactionSender.OpenAsync(_client, key, new SenderOptions { PollEvery = TimeSpan.FromMilliseconds(100) }, cancellationToken: cancellationToken);
        if (!opened.Ok)
            return opened.Error.Message;
        await using var sender = opened.Value;
        try
        {
            var receipt = await sender.SendAndWaitAsync(new EvmRequest { To = Address, Data = _contract!.Abi.Function(function).Encode(arguments), AgainWhenDisplaced = false }, cancellationToken).WaitAsync(Patience, _time, cancellationToken);
            if (!receipt.Ok)
                return _contract.Abi.Describe(receipt.Error.Data.Span) ?? receipt.Error.Message;
            return receipt.Value.Succeeded ? null : string.Create(CultureInfo.InvariantCulture, $"the contract refused it in block {receipt.Value.BlockNumber}");
        }
        catch (TimeoutException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"it was in no block after {Patience.TotalSeconds:0} s");
        }
    }
}
