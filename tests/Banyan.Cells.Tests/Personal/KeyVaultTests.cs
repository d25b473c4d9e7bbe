using System.Security.Cryptography;
using System.Text;
using Banyan.Cells.Personal;
using Banyan.Cells.Personal.Vault;
using Banyan.Engines.Keys;
using Banyan.Journal;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Banyan.Cells.Tests.Personal;

public sealed class KeyVaultTests : IDisposable
{
    private const string Anna = "north.AAAAAAAAAAAAAAAAAAAAAA";
    private const string Ben = "north.BBBBBBBBBBBBBBBBBBBBBB";
    private const string Email = "identity.account.email";
    private static readonly byte[] Address = Encoding.UTF8.GetBytes("anna@example.org");
    private readonly TestKeys _keys = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task Reveal_WhatWasProtected_IsTheSame()
    {
        await using var cell = await StartAsync();
        var vault = Vault(cell);

        var one = await vault.ProtectAsync(Anna, Email, Address, Stop);
        var other = await vault.ProtectAsync(Anna, Email, Address, Stop);

        one.ShouldNotBe(other);
        Encoding.UTF8.GetString(one).ShouldNotContain("anna");
        (await vault.RevealAsync(Anna, Email, one, Stop)).ShouldBe(Address);
        (await vault.RevealAsync(Anna, Email, other, Stop)).ShouldBe(Address);
    }

    [Fact]
    public async Task Reveal_AsAnotherPersonsOrField_IsRefused()
    {
        await using var cell = await StartAsync();
        var vault = Vault(cell);
        var value = await vault.ProtectAsync(Anna, Email, Address, Stop);
        await vault.ProtectAsync(Ben, Email, Address, Stop);

        await Should.ThrowAsync<CryptographicException>(async () => await vault.RevealAsync(Ben, Email, value, Stop));
        await Should.ThrowAsync<CryptographicException>(async () => await vault.RevealAsync(Anna, "identity.account.phone", value, Stop));
        await Should.ThrowAsync<CryptographicException>(async () => await vault.RevealForPartitionAsync(Anna, value, Stop));
    }

    [Fact]
    public async Task Reveal_ByAnotherCellOfTheSameDatabase_IsTheSame()
    {
        await using var cell = await StartAsync();
        var value = await Vault(cell).ProtectAsync(Anna, Email, Address, Stop);
        await using var other = await StartAsync(cell.ConnectionString);

        (await Vault(other).RevealAsync(Anna, Email, value, Stop)).ShouldBe(Address);
    }

    [Fact]
    public async Task Protect_ManyAtOnceForOneNewPerson_AllOpen()
    {
        await using var cell = await StartAsync();
        await using var other = await StartAsync(cell.ConnectionString);

        var values = await Task.WhenAll(Enumerable.Range(0, 32).Select(async i => await Vault(i % 2 == 0 ? cell : other).ProtectAsync(Anna, Email, Address, Stop)));

        foreach (var value in values)
            (await Vault(cell).RevealAsync(Anna, Email, value, Stop)).ShouldBe(Address);
    }

    [Fact]
    public async Task Shred_ThenReveal_IsNullAndNothingIsProtectedAgain()
    {
        await using var cell = await StartAsync();
        await using var other = await StartAsync(cell.ConnectionString);
        var vault = Vault(cell);
        var value = await vault.ProtectAsync(Anna, Email, Address, Stop);

        await vault.ShredAsync(Anna, Stop);

        (await vault.RevealAsync(Anna, Email, value, Stop)).ShouldBeNull();
        (await Vault(other).RevealAsync(Anna, Email, value, Stop)).ShouldBeNull();
        await Should.ThrowAsync<SubjectShreddedException>(async () => await vault.ProtectAsync(Anna, Email, Address, Stop));
        (await CountAsync(cell, "SELECT count(*) FROM personal.key WHERE wrapped IS NOT NULL")).ShouldBe(0);
    }

    [Fact]
    public async Task Shred_Twice_IsInTheJournalOnce()
    {
        await using var cell = await StartAsync();
        var vault = Vault(cell);
        await vault.ProtectAsync(Anna, Email, Address, Stop);

        await vault.ShredAsync(Anna, Stop);
        await vault.ShredAsync(Anna, Stop);

        var journal = cell.App.Services.GetRequiredService<IJournal>();
        await Eventually.HoldsAsync(async () => await journal.GetHeadAsync(Stop) == 1, "the shredding's entry has its position");
        var entry = (await journal.ReadAsync(0, 10, null, Stop)).ShouldHaveSingleItem();
        (entry.Topic, entry.Type, entry.Subject).ShouldBe((PersonalTopics.Keys, PersonalTopics.KeyShredded, Anna));
    }

    [Fact]
    public async Task Shred_PersonWithoutKey_IsRemembered()
    {
        await using var cell = await StartAsync();

        await Vault(cell).ShredAsync(Anna, Stop);

        await Should.ThrowAsync<SubjectShreddedException>(async () => await Vault(cell).ProtectAsync(Anna, Email, Address, Stop));
    }

    [Fact]
    public async Task RevealForPartition_SamePurpose_IsTheSame()
    {
        await using var cell = await StartAsync();
        var secret = RandomNumberGenerator.GetBytes(138);
        var value = await Vault(cell).ProtectForPartitionAsync("identity.signing", secret, Stop);

        (await Vault(cell).RevealForPartitionAsync("identity.signing", value, Stop)).ShouldBe(secret);
        await Vault(cell).ProtectForPartitionAsync("identity.totp", secret, Stop);
        await Should.ThrowAsync<CryptographicException>(async () => await Vault(cell).RevealForPartitionAsync("identity.totp", value, Stop));
        await Should.ThrowAsync<CryptographicException>(async () => await Vault(cell).RevealForPartitionAsync("identity.never", value, Stop));
    }

    [Fact]
    public async Task Fingerprint_SamePlatform_IsTheSameInEveryPartition()
    {
        await using var north = await StartAsync();
        await using var south = await StartAsync(region: "south");

        var fingerprint = Vault(north).Fingerprint("email", "anna@example.org");

        fingerprint.Length.ShouldBe(32);
        Vault(south).Fingerprint("email", "anna@example.org").ShouldBe(fingerprint);
        Vault(north).Fingerprint("phone", "anna@example.org").ShouldNotBe(fingerprint);
        Vault(north).Fingerprint("email", "ben@example.org").ShouldNotBe(fingerprint);
    }

    [Fact]
    public async Task Reveal_InAnotherPartition_IsRefused()
    {
        await using var north = await StartAsync();
        await using var south = await StartAsync(region: "south");
        var value = await Vault(north).ProtectAsync(Anna, Email, Address, Stop);
        await Vault(south).ProtectAsync(Anna, Email, Address, Stop);

        await Should.ThrowAsync<CryptographicException>(async () => await Vault(south).RevealAsync(Anna, Email, value, Stop));
    }

    [Fact]
    public async Task Reveal_WithAnotherPlatformsRootKeys_SaysWhatIsWrong()
    {
        await using var cell = await StartAsync();
        var value = await Vault(cell).ProtectAsync(Anna, Email, Address, Stop);
        using var foreign = new TestKeys();
        await using var other = await TestCell.StartAsync([new TestService()], cell.ConnectionString, o => o with { Keys = foreign.Options });

        (await Should.ThrowAsync<RootKeyException>(async () => await Vault(other).RevealAsync(Anna, Email, value, Stop))).Message.ShouldContain(foreign.File);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    public async Task Protect_NameThatCantBe_IsRefused(string name)
    {
        await using var cell = await StartAsync();

        await Should.ThrowAsync<ArgumentException>(async () => await Vault(cell).ProtectAsync(name, Email, Address, Stop));
        await Should.ThrowAsync<ArgumentException>(async () => await Vault(cell).ProtectAsync(Anna, name, Address, Stop));
        await Should.ThrowAsync<ArgumentException>(async () => await Vault(cell).ShredAsync(name, Stop));
    }

    [Fact]
    public async Task Rotate_OfAPartition_LeavesValuesReadableAndTheOldKeyGone()
    {
        await using var cell = await StartAsync();
        await using var other = await StartAsync(cell.ConnectionString); // has the old key in memory, and is told of nothing
        var values = new Dictionary<string, byte[]>();
        for (var i = 0; i < 20; i++)
            values.Add($"north.{i}", await Vault(other).ProtectAsync($"north.{i}", Email, Address, Stop));
        await Vault(cell).ShredAsync("north.0", Stop);

        var rewrap = cell.App.Services.GetRequiredService<KeyRewrap>();
        (await rewrap.RotateAsync(Stop)).ShouldBe(2);
        (await Vault(cell).RevealAsync("north.1", Email, values["north.1"], Stop)).ShouldBe(Address); // before anything is wrapped again
        (await rewrap.RunAsync(Stop)).ShouldBe(19);

        (await CountAsync(cell, "SELECT count(*) FROM personal.partition_key WHERE version <> 2")).ShouldBe(0);
        (await CountAsync(cell, "SELECT count(*) FROM personal.key WHERE partition_version = 2")).ShouldBe(19);
        other.App.Services.GetRequiredService<KeyCache>().Forget();
        foreach (var (subject, value) in values.Where(static v => v.Key != "north.0"))
            (await Vault(other).RevealAsync(subject, Email, value, Stop)).ShouldBe(Address);
        (await Vault(other).RevealAsync("north.0", Email, values["north.0"], Stop)).ShouldBeNull();
        await Vault(other).ProtectAsync("north.new", Email, Address, Stop);
        (await CountAsync(cell, "SELECT count(*) FROM personal.key WHERE partition_version = 2")).ShouldBe(20);
    }

    [Fact]
    public async Task Protect_UnderAKeyThatWasJustRetired_TakesTheNext()
    {
        await using var cell = await StartAsync();
        await using var other = await StartAsync(cell.ConnectionString);
        await Vault(other).ProtectAsync(Anna, Email, Address, Stop);
        var rewrap = cell.App.Services.GetRequiredService<KeyRewrap>();
        await rewrap.RotateAsync(Stop);
        await rewrap.RunAsync(Stop);

        var value = await Vault(other).ProtectAsync(Ben, Email, Address, Stop);

        (await Vault(cell).RevealAsync(Ben, Email, value, Stop)).ShouldBe(Address);
        (await CountAsync(cell, "SELECT count(*) FROM personal.key WHERE partition_version = 2")).ShouldBe(2);
    }

    [Fact]
    public async Task Rotate_OfTheRoot_WrapsThePartitionsKeyAgainAndTheOldRootMayGo()
    {
        await using var cell = await StartAsync();
        var value = await Vault(cell).ProtectAsync(Anna, Email, Address, Stop);

        RootKeyFiles.Rotate(_keys.File, TimeProvider.System).ShouldBe(2);
        await cell.App.Services.GetRequiredService<KeyRewrap>().RunAsync(Stop);
        RootKeyFiles.Retire(_keys.File).ShouldBe([1]);

        (await CountAsync(cell, "SELECT count(*) FROM personal.partition_key WHERE root_version = 2")).ShouldBe(1);
        await using var other = await StartAsync(cell.ConnectionString);
        (await Vault(other).RevealAsync(Anna, Email, value, Stop)).ShouldBe(Address);
    }

    [Fact]
    public async Task Run_PartitionsKeyIsPastItsAge_ReplacesIt()
    {
        await using var cell = await StartAsync();
        await Vault(cell).ProtectAsync(Anna, Email, Address, Stop);
        var rewrap = cell.App.Services.GetRequiredService<KeyRewrap>();
        (await rewrap.RunAsync(Stop)).ShouldBe(0);
        await CountAsync(cell, "WITH u AS (UPDATE personal.partition_key SET made_at = made_at - interval '91 days' RETURNING 1) SELECT count(*) FROM u");

        (await rewrap.RunAsync(Stop)).ShouldBe(1);

        (await CountAsync(cell, "SELECT max(version) FROM personal.partition_key")).ShouldBe(2);
    }

    [Fact]
    public async Task Ask_OfTheBackgroundWork_RotatesWithoutWaitingForItsInterval()
    {
        await using var cell = await StartAsync();
        await Vault(cell).ProtectAsync(Anna, Email, Address, Stop);
        RootKeyFiles.Rotate(_keys.File, TimeProvider.System);

        cell.App.Services.GetRequiredService<KeyKeeping>().Ask();

        await Eventually.HoldsAsync(async () => await CountAsync(cell, "SELECT count(*) FROM personal.partition_key WHERE root_version = 2") == 1, "the partition's key is wrapped under the new root key");
    }

    [Fact]
    public async Task Start_WithoutKeys_HasNoVaultAndNoSchema()
    {
        await using var cell = await TestCell.StartAsync([new TestService()]);

        cell.App.Services.GetService<IKeyVault>().ShouldBeNull();
        (await CountAsync(cell, "SELECT count(*) FROM pg_namespace WHERE nspname = 'personal'")).ShouldBe(0);
    }

    private static IKeyVault Vault(TestCell cell) => cell.App.Services.GetRequiredService<IKeyVault>();

    private Task<TestCell> StartAsync(string? database = null, string region = "north") =>
        TestCell.StartAsync([new TestService()], database, o => o with { Keys = _keys.Options, Context = o.Context with { Region = region, Partition = region } });

    private static async Task<long> CountAsync(TestCell cell, string sql)
    {
        await using var connection = new NpgsqlConnection(cell.ConnectionString);
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(Stop));
    }
}
