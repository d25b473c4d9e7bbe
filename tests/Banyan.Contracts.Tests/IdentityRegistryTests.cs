using System.Numerics;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Curve;
using Banyan.Engines.Evm.Signing;

namespace Banyan.Contracts.Tests;

/// <summary>Identities by hash: who may change one, what can't be undone, and signatures that are good once.</summary>
public sealed class IdentityRegistryTests(World world) : IClassFixture<World>, IAsyncLifetime
{
    private static readonly BigInteger Order = BigInteger.Parse("0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141", System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);
    private static readonly EvmHash Did = World.Hash("did:web:kai.example"), Document = World.Hash("document"), Next = World.Hash("next document");
    private static readonly EvmAddress Controller = World.Account(50);

    private Contract Identities => world.Identities;

    public ValueTask InitializeAsync() => new(world.ResetAsync());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Register_ByARegistrar_Once()
    {
        foreach (var caller in (EvmAddress[])[World.Stranger, World.Member(0), Controller])
            await Identities.RefusesAsync("NotRegistrar", caller, "register", Did, Controller, Document);
        var receipt = await RegisterAsync();

        Identities.EventOf(receipt, "Registered")[1].ShouldBe(Controller);
        var identity = await Identities.StructAsync("get", Did);
        identity[0].ShouldBe(Controller);
        identity[5].ShouldBe(Document.ToArray());
        await Identities.RefusesAsync("AlreadyRegistered", World.Registrar, "register", Did, World.Stranger, Document);
    }

    [Fact]
    public async Task Register_WithNothing_IsRefused()
    {
        await Identities.RefusesAsync("BadIdentity", World.Registrar, "register", EvmHash.Zero, Controller, Document);
        await Identities.RefusesAsync("BadIdentity", World.Registrar, "register", Did, EvmAddress.Zero, Document);
        await Identities.RefusesAsync("BadIdentity", World.Registrar, "register", Did, Controller, EvmHash.Zero);
    }

    [Theory]
    [InlineData("update")]
    [InlineData("offerController")]
    [InlineData("addKey")]
    [InlineData("revokeKey")]
    [InlineData("revoke")]
    [InlineData("revokeCredential")]
    public async Task WhatItsControllerDoes_ByAnother_IsRefused(string function)
    {
        await RegisterAsync();
        object[] arguments = function switch
        {
            "update" => [Did, Next],
            "offerController" => [Did, World.Stranger],
            "addKey" => [Did, World.Hash("id"), World.Hash("key")],
            "revoke" => [Did],
            _ => [Did, World.Hash("id")],
        };
        foreach (var caller in (EvmAddress[])[World.Stranger, World.Registrar, World.Member(0), World.Guardian])
            await Identities.RefusesAsync("NotController", caller, function, arguments);
        arguments[0] = World.Hash("did:web:nobody");
        await Identities.RefusesAsync("Unknown", Controller, function, arguments);
    }

    [Fact]
    public async Task Controller_ChangesInTwoSteps_OrByTheOrganisations()
    {
        await RegisterAsync();
        await Identities.DoAsync(Controller, "offerController", Did, World.Account(51));
        await Identities.RefusesAsync("NotOffered", World.Account(52), "acceptController", Did);
        await Identities.DoAsync(World.Account(51), "acceptController", Did);
        await Identities.RefusesAsync("NotController", Controller, "update", Did, Next);
        await Identities.RefusesAsync("NotOffered", World.Account(51), "acceptController", Did);

        await Identities.RefusesAsync("NotAuthority", World.Member(0), "recover", Did, World.Member(0));
        await world.DecideAsync(Identities.Address, Identities.Data("recover", Did, World.Account(53)));
        await Identities.DoAsync(World.Account(53), "update", Did, Next);
    }

    [Fact]
    public async Task OfferController_TakenBack_IsGone()
    {
        await RegisterAsync();
        await Identities.DoAsync(Controller, "offerController", Did, World.Account(51));
        await Identities.DoAsync(Controller, "offerController", Did, EvmAddress.Zero);
        await Identities.RefusesAsync("NotOffered", World.Account(51), "acceptController", Did);
    }

    [Fact]
    public async Task Keys_AreAddedAndRevoked_ForGood()
    {
        await RegisterAsync();
        var (id, key) = (World.Hash("key-1"), World.Hash("public key"));
        await Identities.DoAsync(Controller, "addKey", Did, id, key);
        (await Identities.IsAsync("isKeyGood", Did, id)).ShouldBeTrue();
        await Identities.RefusesAsync("KeyExists", Controller, "addKey", Did, id, World.Hash("another key"));

        await world.Organisations.DoAsync(World.Guardian, "pause", "a stolen key can't wait");
        await Identities.DoAsync(Controller, "revokeKey", Did, id);

        (await Identities.IsAsync("isKeyGood", Did, id)).ShouldBeFalse();
        await Identities.RefusesAsync("AlreadyRevoked", Controller, "revokeKey", Did, id);
        await Identities.RefusesAsync("NoKey", Controller, "revokeKey", Did, World.Hash("key-2"));
        await world.DecideAsync(world.Organisations.Address, world.Organisations.Data("unpause"));
        await Identities.RefusesAsync("KeyExists", Controller, "addKey", Did, id, key);
    }

    [Fact]
    public async Task Revoke_AnIdentity_ItsKeysAreNotGoodAndNothingIsPossibleAnyMore()
    {
        await RegisterAsync();
        await Identities.DoAsync(Controller, "addKey", Did, World.Hash("key-1"), World.Hash("public key"));
        await world.DecideAsync(Identities.Address, Identities.Data("revoke", Did));

        (await Identities.IsAsync("isKeyGood", Did, World.Hash("key-1"))).ShouldBeFalse();
        await Identities.RefusesAsync("IsRevoked", Controller, "update", Did, Next);
        await Identities.RefusesAsync("IsRevoked", Controller, "addKey", Did, World.Hash("key-2"), World.Hash("public key"));
        await Identities.RefusesAsync("AlreadyRegistered", World.Registrar, "register", Did, World.Stranger, Document);
    }

    [Fact]
    public async Task RevokeCredential_ByItsIssuer_Once()
    {
        await RegisterAsync();
        var credential = World.Hash("credential");
        (await Identities.NumberAsync("credentialRevokedAt", Did, credential)).ShouldBe(0);
        await Identities.DoAsync(Controller, "revokeCredential", Did, credential);
        (await Identities.NumberAsync("credentialRevokedAt", Did, credential)).ShouldBe(await world.NowAsync());
        await Identities.RefusesAsync("AlreadyRevoked", Controller, "revokeCredential", Did, credential);
    }

    [Fact]
    public async Task UpdateSigned_GoodOnce()
    {
        using var key = PrivateKeySigner.Create();
        var deadline = await RegisterAsync(key);
        var signature = await SignAsync(key, Next, deadline);

        await Identities.DoAsync(World.Stranger, "updateSigned", Did, Next, deadline, Bytes(signature));
        (await Identities.StructAsync("get", Did))[5].ShouldBe(Next.ToArray());

        // The same again is over another number by now.
        await Identities.RefusesAsync("NotController", World.Stranger, "updateSigned", Did, Next, deadline, Bytes(signature));
    }

    [Fact]
    public async Task UpdateSigned_TheOtherSignatureThatCanBeMadeOfOne_IsRefused()
    {
        using var key = PrivateKeySigner.Create();
        var deadline = await RegisterAsync(key);
        var signature = await SignAsync(key, Next, deadline);
        UInt256.TryFrom(Order - signature.S.ToBigInteger(), out var high).ShouldBeTrue();

        await Identities.RefusesAsync("ECDSAInvalidSignatureS", World.Stranger, "updateSigned", Did, Next, deadline, Bytes(signature with { S = high, YParity = (byte)(1 - signature.YParity) }));
        await Identities.RefusesAsync("ECDSAInvalidSignatureLength", World.Stranger, "updateSigned", Did, Next, deadline, Bytes(signature)[..64]);
        (await Identities.StructAsync("get", Did))[5].ShouldBe(Document.ToArray());
    }

    [Fact]
    public async Task UpdateSigned_ForSomethingElse_IsRefused()
    {
        using var key = PrivateKeySigner.Create();
        using var another = PrivateKeySigner.Create();
        var deadline = await RegisterAsync(key);
        var signature = await SignAsync(key, Next, deadline);
        await Identities.RefusesAsync("NotController", World.Stranger, "updateSigned", Did, World.Hash("a third document"), deadline, Bytes(signature));
        await Identities.RefusesAsync("NotController", World.Stranger, "updateSigned", Did, Next, deadline + 1, Bytes(signature));
        await Identities.RefusesAsync("NotController", World.Stranger, "updateSigned", Did, Next, deadline, Bytes(await SignAsync(another, Next, deadline)));

        // A registry of the same code at another address: the signature is for one contract on one chain.
        var twin = await world.DeployAsync("IdentityRegistry", "initialize", world.Organisations.Address);
        await twin.DoAsync(World.Registrar, "register", Did, key.Address, Document);
        await twin.RefusesAsync("NotController", World.Stranger, "updateSigned", Did, Next, deadline, Bytes(signature));

        await world.AdvanceAsync(TimeSpan.FromHours(2));
        await Identities.RefusesAsync("Late", World.Stranger, "updateSigned", Did, Next, deadline, Bytes(signature));
    }

    private Task<Engines.Evm.Rpc.EvmReceipt> RegisterAsync() => Identities.DoAsync(World.Registrar, "register", Did, Controller, Document);

    /// <summary>Registers the identity for the key's account; a deadline an hour away.</summary>
    private async Task<long> RegisterAsync(PrivateKeySigner key)
    {
        await Identities.DoAsync(World.Registrar, "register", Did, key.Address, Document);
        return await world.NowAsync() + 3600;
    }

    private async Task<EvmSignature> SignAsync(PrivateKeySigner key, EvmHash document, long deadline) =>
        key.SignHash(EvmHash.FromBytes((byte[])(await Identities.AskAsync("updateDigest", Did, document, deadline))[0]));

    private static byte[] Bytes(EvmSignature signature)
    {
        var bytes = new byte[65];
        signature.R.WriteBigEndian(bytes);
        signature.S.WriteBigEndian(bytes.AsSpan(32));
        bytes[64] = (byte)(27 + signature.YParity);
        return bytes;
    }
}
