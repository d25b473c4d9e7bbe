using Banyan.Cells.Access;
using Banyan.Cells.Access.Directory;
using Banyan.Cells.Tests.Partitions;
using Banyan.Engines.Consensus;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Cells.Tests.Access;

/// <summary>Two cells' directories over one store: what one publishes the other knows.</summary>
public sealed class AccessDirectoryTests : IAsyncDisposable
{
    private readonly SingleStore _store = new(TimeProvider.System);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _following = [];
    private readonly List<IAsyncDisposable> _stores = [];

    [Fact]
    public async Task Publish_AKey_IsKnownEverywhere()
    {
        var (here, there) = (Start(_store), Start(_store));
        using var issuer = new TestIssuer();

        await here.PublishSigningKeyAsync(issuer.Public, CancellationToken.None);
        await here.PublishApiKeyAsync(Key("k1"), CancellationToken.None);

        here.FindSigningKey("north-1").ShouldBe(issuer.Public);
        await Eventually.HoldsAsync(() => there.FindSigningKey("north-1") is not null && there.FindApiKey("k1") is not null, "the other cell knows both");
        there.SigningKeys.ShouldBe([issuer.Public]);
        there.FindApiKey("k1")!.Roles.ShouldBe(["reader"]);
        there.FindApiKey("k2").ShouldBeNull();
    }

    [Fact]
    public async Task Withdraw_AnApiKey_IsForgottenEverywhere()
    {
        var (here, there) = (Start(_store), Start(_store));
        await here.PublishApiKeyAsync(Key("k1"), CancellationToken.None);
        await Eventually.HoldsAsync(() => there.FindApiKey("k1") is not null, "it is known");

        await there.WithdrawApiKeyAsync("k1", CancellationToken.None);

        there.FindApiKey("k1").ShouldBeNull();
        await Eventually.HoldsAsync(() => here.FindApiKey("k1") is null, "it is forgotten");
        await there.WithdrawApiKeyAsync("k1", CancellationToken.None); // again: nothing happens
    }

    [Fact]
    public async Task EndSession_ForTheTokensTime_VanishesByItsLease()
    {
        var (here, there) = (Start(_store), Start(_store));

        await here.EndSessionAsync("s1", DateTimeOffset.UtcNow.AddMinutes(5), CancellationToken.None);

        here.IsEnded("s1").ShouldBeTrue();
        await Eventually.HoldsAsync(() => there.IsEnded("s1"), "the other cell has heard of it");
        there.IsEnded("s2").ShouldBeFalse();
        var stored = (await _store.ListAsync("access/ended/", CancellationToken.None)).Values.Single();
        await _store.RevokeAsync(stored.Lease.ShouldNotBeNull(), CancellationToken.None);
        await Eventually.HoldsAsync(() => !here.IsEnded("s1") && !there.IsEnded("s1"), "both have forgotten it");
    }

    [Fact]
    public async Task EndSession_OfTokensThatExpired_WritesNothing()
    {
        var here = Start(_store);
        await here.EndSessionAsync("s1", DateTimeOffset.UtcNow.AddSeconds(-1), CancellationToken.None);
        (await _store.ListAsync("access/", CancellationToken.None)).Values.ShouldBeEmpty();
    }

    [Fact]
    public async Task Store_Away_WhatWasKnownStaysAndWhatWasMissedIsLearned()
    {
        var gate = new GatedStore();
        _stores.Add(gate);
        var (here, cut) = (Start(gate.Inner), Start(gate));
        await here.PublishApiKeyAsync(Key("k1"), CancellationToken.None);
        await Eventually.HoldsAsync(() => cut.FindApiKey("k1") is not null, "it is known");

        gate.Leave();
        await here.WithdrawApiKeyAsync("k1", CancellationToken.None);
        await here.PublishApiKeyAsync(Key("k2"), CancellationToken.None);
        await Should.ThrowAsync<ConsensusUnavailableException>(() => cut.PublishApiKeyAsync(Key("k3"), CancellationToken.None));
        cut.FindApiKey("k1").ShouldNotBeNull();

        gate.Resume();
        await Eventually.HoldsAsync(() => cut.FindApiKey("k1") is null && cut.FindApiKey("k2") is not null, "it is up to date again");
    }

    [Fact]
    public async Task Read_ExpiredKeys_AreNone()
    {
        var here = Start(_store);
        using var issuer = new TestIssuer();
        await here.PublishSigningKeyAsync(issuer.Public with { NotAfter = DateTimeOffset.UtcNow.AddSeconds(-1) }, CancellationToken.None);
        await here.PublishApiKeyAsync(Key("k1") with { Expires = DateTimeOffset.UtcNow.AddSeconds(-1) }, CancellationToken.None);

        here.FindSigningKey("north-1").ShouldBeNull();
        here.SigningKeys.ShouldBeEmpty();
        here.FindApiKey("k1").ShouldBeNull();
    }

    [Fact]
    public async Task Follow_WhatIsNoEntry_IsLeftOut()
    {
        await _store.CommitAsync([], [new StoreWrite("access/keys/bad", "{"), new StoreWrite("access/keys/other", """{"id":"k9","secret_hash":"","subject":"","home":""}"""), new StoreWrite("access/new/thing", "1")], CancellationToken.None);
        var here = Start(_store);
        await here.PublishApiKeyAsync(Key("k1"), CancellationToken.None);
        await here.Known;

        here.FindApiKey("k1").ShouldNotBeNull();
        here.FindApiKey("bad").ShouldBeNull();
        here.FindApiKey("other").ShouldBeNull();
        here.FindApiKey("k9").ShouldBeNull();
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData("a b")]
    public async Task Publish_IdThatIsNone_Throws(string id) =>
        await Should.ThrowAsync<ArgumentException>(() => Start(_store).PublishApiKeyAsync(Key(id), CancellationToken.None));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_following);
        await _store.DisposeAsync();
        foreach (var store in _stores)
            await store.DisposeAsync();
        _stop.Dispose();
    }

    private static ApiKeyEntry Key(string id) => new() { Id = id, SecretHash = new string('0', 64), Subject = "north.m", Home = "north", Roles = ["reader"] };

    private AccessDirectory Start(IConsensusStore store)
    {
        var directory = new AccessDirectory(store, TimeProvider.System, NullLogger<AccessDirectory>.Instance);
        _following.Add(directory.RunAsync(_stop.Token));
        return directory;
    }
}
