using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Banyan.Control.Chain.Contracts;
using Banyan.Control.Chain.Keys;
using Banyan.Control.Platform;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Hashing;

namespace Banyan.Control.Chain.Identities;

/// <summary>
/// DID documents of organisations by hash, on the contract <c>IdentityRegistry</c>: of a DID (keccak-256 of its text) the SHA-256 of its
/// document, entered by the organisation's own account. Organisations alone: nothing of a person ever goes there. Nothing throws
/// for a chain that is away. Thread-safe.
/// </summary>
public sealed class IdentityEntries : IAsyncDisposable
{
    private readonly DataFolder _data;
    private readonly ContractDesk? _registry;

    private IdentityEntries(ChainState chain, DataFolder data, TimeProvider time)
    {
        _data = data;
        if (ContractArtifacts.Load()?["IdentityRegistry"] is { } artifact)
            _registry = new ContractDesk(chain, EvmAddress.Parse(chain.Contracts!.Identities), artifact, error => artifact.Abi.Describe(error.Data.Span) ?? error.Message, time);
    }

    /// <summary>Makes one; connects when it is first asked.</summary>
    /// <returns>Null where the platform has no chain, or no contracts on it yet.</returns>
    public static IdentityEntries? Connect(PlatformState platform, DataFolder data, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(platform);
        return platform.Chain is { Contracts: not null } chain ? new IdentityEntries(chain, data, time) : null;
    }

    /// <summary>Whether an organisation's key is in a data folder.</summary>
    public static bool HasKey(DataFolder data, string organisation) => ChainKeys.Has(data, organisation);

    /// <summary>What is entered of a document: the SHA-256 of its bytes, as they are served.</summary>
    public static byte[] HashOf(ReadOnlySpan<byte> document) => SHA256.HashData(document);

    /// <summary>What the chain has of a DID; null where it was never entered.</summary>
    public async Task<(IdentityEntry? Entry, string? Problem)> FindAsync(string did, CancellationToken cancellationToken)
    {
        if (_registry is null)
            return (null, ContractArtifacts.Missing);
        var answer = await _registry.AskAsync("get", [IdOf(did)], cancellationToken);
        if (!answer.Ok)
            return (null, answer.Error.Message);
        var fields = (object[])answer.Value[0];
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
        problem = before is null ? await _registry!.SendAsync(key, "register", [IdOf(did), key.Address, hash], cancellationToken) : await _registry!.SendAsync(key, "update", [IdOf(did), hash], cancellationToken);
        if (problem is not null)
            return (null, false, problem);
        var (after, unread) = await FindAsync(did, cancellationToken);
        return (after, false, unread);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _registry?.DisposeAsync() ?? default;

    private static EvmHash IdOf(string did) => Keccak256.Hash(Encoding.UTF8.GetBytes(did));
}
