using System.Security.Authentication;
using Banyan.Engines.Certificates;
using Banyan.Engines.Postgres;
using Npgsql;

namespace Banyan.Engines.Tests.Postgres;

/// <summary>Who may connect to a private instance whose connections are secured, and that it works as it does without.</summary>
public sealed class SecuredPostgresTests(Instances instances) : IClassFixture<Instances>, IDisposable
{
    private const string WhoAmI = "SELECT current_user || ' ' || version || ' ' || substring(client_dn from 'CN=([a-z_]*)') FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    private readonly SecuredAuthority _authority = new();

    [Theory]
    [InlineData(ProcessRole.Cell, PostgresRoles.Cell)]
    [InlineData(ProcessRole.Keeper, PostgresRoles.Keeper)]
    public async Task Connect_WithPasswordAndCertificateOfTheRole_IsEncryptedAndKnown(ProcessRole process, string role)
    {
        var instance = await PrimaryAsync();
        await using var connection = await SecuredAuthority.ConnectAsync(instance, role, _authority.Link(process));
        (await RunAsync(connection, WhoAmI)).ShouldBe($"{role} TLSv1.3 {role}");
    }

    [Fact]
    public async Task Connect_Plainly_IsRefused()
    {
        var instance = await PrimaryAsync();
        foreach (var role in new[] { PostgresRoles.Cell, PostgresRoles.Keeper })
            await RefusedByTheServerAsync(instance, role, null, "reject");
    }

    [Fact]
    public async Task Connect_WithAPasswordAlone_IsRefused()
    {
        var instance = await PrimaryAsync();
        await RefusedByTheServerAsync(instance, PostgresRoles.Cell, null, "valid client certificate", static s => s.SslMode = SslMode.Require);
    }

    [Fact]
    public async Task Connect_WithACertificateAlone_IsRefused()
    {
        var instance = await PrimaryAsync();
        await RefusedByTheServerAsync(instance, PostgresRoles.Cell, _authority.Link(ProcessRole.Cell), "password authentication failed", static s => s.Password = "guessed");
    }

    /// <summary>Each with the right password of the role: what is missing is to be that process.</summary>
    [Theory]
    [InlineData(ProcessRole.Cell, PostgresRoles.Keeper)]
    [InlineData(ProcessRole.Keeper, PostgresRoles.Cell)]
    [InlineData(ProcessRole.Database, PostgresRoles.Cell)]
    [InlineData(ProcessRole.Database, PostgresRoles.Keeper)]
    [InlineData(ProcessRole.FrontDoor, PostgresRoles.Cell)]
    [InlineData(ProcessRole.Consensus, PostgresRoles.Keeper)]
    [InlineData(ProcessRole.Operator, PostgresRoles.Keeper)]
    public async Task Connect_WithACertificateOfAnotherRole_IsRefused(ProcessRole process, string role)
    {
        var instance = await PrimaryAsync();
        await RefusedByTheServerAsync(instance, role, _authority.Link(process), "authentication failed");
    }

    [Fact]
    public async Task Connect_WithACertificateOfAnotherAuthority_IsRefused()
    {
        var instance = await PrimaryAsync();
        using var other = new SecuredAuthority();
        var refusal = await Should.ThrowAsync<NpgsqlException>(SecuredAuthority.ConnectAsync(instance, PostgresRoles.Cell, other.Link(ProcessRole.Cell, trusts: _authority)));
        refusal.ShouldNotBeOfType<PostgresException>(); // in the handshake: no password was asked for
    }

    [Fact]
    public async Task Connect_ServerOfAnotherAuthority_IsRefusedByTheClient()
    {
        var instance = await PrimaryAsync();
        using var other = new SecuredAuthority();
        await RefusedByTheClientAsync(instance, _authority.Link(ProcessRole.Cell, trusts: other));
    }

    /// <summary>The same authority and the same address: only its name tells it.</summary>
    [Fact]
    public async Task Connect_ServerOfAnotherRegionOrRole_IsRefusedByTheClient()
    {
        await RefusedByTheClientAsync(await PrimaryAsync(), _authority.Link(ProcessRole.Cell, to: "there"));
        var posing = _authority.Tls() with { ServerFile = _authority.Issue("posing", new ProcessName("kai", "here", ProcessRole.Cell)) };
        await RefusedByTheClientAsync(await PrimaryAsync(posing), _authority.Link(ProcessRole.Cell));
    }

    [Fact]
    public async Task Connect_WithAnOlderVersionOfTls_IsRefused()
    {
        var instance = await PrimaryAsync();
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(instance.ConnectionString(PostgresRoles.Cell)) { SslMode = SslMode.Require, Pooling = false }.ConnectionString)
        {
            SslClientAuthenticationOptionsCallback = static o => o.EnabledSslProtocols = SslProtocols.Tls12,
        };
        await Should.ThrowAsync<NpgsqlException>(connection.OpenAsync());
    }

    [Fact]
    public async Task RenewCertificates_ConnectionIsOpen_GoesOnAndTheNextMeetsTheNewOne()
    {
        var tls = _authority.Tls();
        var instance = instances.Describe(instances.Name(), tls: tls);
        (await instance.MakeFromTemplateAsync(instances.Template)).ShouldBeNull();
        var server = await instances.StartAsync(instance);
        instance.RenewCertificates(server).ShouldBe((false, null));
        await using var open = await SecuredAuthority.ConnectAsync(instance, PostgresRoles.Keeper, _authority.Link(ProcessRole.Keeper));
        var before = await ServerSerialAsync(instance);

        _authority.Tls();
        instance.RenewCertificates(server).ShouldBe((true, null));
        await Instances.UntilAsync(async () => await ServerSerialAsync(instance) != before, "it shows the new certificate");
        (await RunAsync(open, "SELECT 1")).ShouldBe(1);
        instance.RenewCertificates(server).ShouldBe((false, null));

        // A file that is none: what there was stays in use.
        await File.WriteAllTextAsync(tls.ServerFile, "damaged");
        instance.RenewCertificates(server).ShouldBe((true, null));
        await RunAsync(open, "SELECT pg_reload_conf()");
        await using var next = await SecuredAuthority.ConnectAsync(instance, PostgresRoles.Keeper, _authority.Link(ProcessRole.Keeper));
        File.Delete(tls.ServerFile);
        instance.RenewCertificates(server).Error.ShouldNotBeNull().Message.ShouldContain(tls.ServerFile);
    }

    [Fact]
    public async Task Authority_Replaced_OldCertificatesAreWorthNothing()
    {
        var name = instances.Name();
        var before = instances.Describe(name, tls: _authority.Tls());
        (await before.MakeFromTemplateAsync(instances.Template)).ShouldBeNull();
        var server = await instances.StartAsync(before);
        using var next = new SecuredAuthority();
        var after = Again(before, next.Tls());
        after.Configure(server).ShouldBeNull();
        await Instances.UntilAsync(
            async () =>
            {
                try
                {
                    await using var connection = await SecuredAuthority.ConnectAsync(after, PostgresRoles.Cell, next.Link(ProcessRole.Cell));
                    return true;
                }
                catch (NpgsqlException)
                {
                    return false;
                }
            },
            "it goes by the new authority");
        await RefusedByTheClientAsync(after, _authority.Link(ProcessRole.Cell));
        await Should.ThrowAsync<NpgsqlException>(SecuredAuthority.ConnectAsync(after, PostgresRoles.Cell, _authority.Link(ProcessRole.Cell, trusts: next)));
    }

    /// <summary>A data folder of before, and one that goes back: told while the server runs.</summary>
    [Fact]
    public async Task Configure_OtherChoice_IsSwitchedWithoutARestart()
    {
        var (plain, server) = await instances.PrimaryAsync(instances.Name());
        await using var open = await SecuredAuthority.ConnectAsync(plain, PostgresRoles.Cell, null);
        var secured = Again(plain, _authority.Tls());
        secured.IsConfigured().ShouldBeFalse();
        secured.Configure(server).ShouldBeNull();
        await Instances.UntilAsync(async () => await TriesAsync(secured, _authority.Link(ProcessRole.Cell)), "it is secured");
        (await TriesAsync(plain, null)).ShouldBeFalse();
        (await RunAsync(open, "SELECT 1")).ShouldBe(1);

        plain.Configure(server).ShouldBeNull();
        await Instances.UntilAsync(async () => await TriesAsync(plain, null), "it is plain");
    }

    [Fact]
    public async Task Files_OfTheServer_AreForItsUserAloneAndNotInItsFolder()
    {
        var instance = await PrimaryAsync();
        File.GetUnixFileMode(Path.Combine(instance.Folder + ".tls", "server.pem")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.EnumerateFiles(instance.Folder, "*.pem", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Replication_Secured_StreamsPromotesAndIsCopied()
    {
        var name = instances.Name();
        var primary = await PrimaryAsync(name: name);
        var slot = ReplicationSlot.NameOf(name, "there");
        await using var monitor = Monitor(primary, "here");
        (await monitor.EnsureSlotAsync(slot)).ShouldBeNull();
        await using (var cell = await SecuredAuthority.ConnectAsync(primary, PostgresRoles.Cell, _authority.Link(ProcessRole.Cell)))
            await RunAsync(cell, "CREATE TABLE t AS SELECT 1 AS id");

        var source = new StandbySource("127.0.0.1", primary.Settings.Port, slot) { ServerName = SecuredAuthority.Database("here").HostName };
        var standby = instances.Describe(name, "there", source, tls: _authority.Tls("there"));
        (await standby.MakeFromPrimaryAsync()).ShouldBeNull();
        var server = await instances.StartAsync(standby);
        await using var its = Monitor(standby, "there");
        await Instances.UntilAsync(async () => (await its.ReadAsync()).ShouldBeValue().IsStreaming, "it streams");
        await using (var keeper = await SecuredAuthority.ConnectAsync(primary, PostgresRoles.Keeper, _authority.Link(ProcessRole.Keeper)))
            (await RunAsync(keeper, "SELECT s.version || ' ' || substring(s.client_dn from 'CN=([a-z_]*)') FROM pg_stat_replication r JOIN pg_stat_ssl s USING (pid)")).ShouldBe("TLSv1.3 banyan_replication");
        standby.Promote(server).ShouldBeNull();
        (await its.WaitPromotedAsync(TimeSpan.FromSeconds(30), TimeProvider.System)).ShouldBeNull();
        await using var there = await SecuredAuthority.ConnectAsync(standby, PostgresRoles.Cell, _authority.Link(ProcessRole.Cell, to: "there"));
        (await RunAsync(there, "INSERT INTO t VALUES (2) RETURNING id")).ShouldBe(2);
    }

    /// <summary>A standby gives its password to its own primary alone.</summary>
    [Fact]
    public async Task Replication_FromTheServerOfAnotherRegion_IsRefused()
    {
        var name = instances.Name();
        var primary = await PrimaryAsync(name: name);
        var source = new StandbySource("127.0.0.1", primary.Settings.Port, "x_at_there") { ServerName = SecuredAuthority.Database("elsewhere").HostName };
        var standby = instances.Describe(name, "there", source, tls: _authority.Tls("there"));
        (await standby.MakeFromPrimaryAsync()).ShouldFail(PostgresFailure.CommandFailed).Message.ShouldContain("does not match host name");
    }

    /// <summary>Given databases: their connection strings say how, in every one of our ways to ask.</summary>
    [Fact]
    public async Task Monitor_ConnectionStringAsksForTls_IsSecured()
    {
        var instance = await PrimaryAsync();
        var keeper = _authority.Issue("given", new ProcessName("kai", "here", ProcessRole.Keeper));
        var given = new NpgsqlConnectionStringBuilder(instance.ConnectionString(PostgresRoles.Keeper)) { SslMode = SslMode.VerifyFull, RootCertificate = _authority.RootFile, SslCertificate = keeper, SslKey = keeper };
        await using var monitor = new PostgresMonitor(given.ConnectionString, "given");
        (await monitor.ReadAsync()).ShouldBeValue();
        (await monitor.CheckpointAsync()).ShouldBeNull();
    }

    public void Dispose() => _authority.Dispose();

    private async Task<PostgresInstance> PrimaryAsync(PostgresTls? tls = null, string? name = null)
    {
        var instance = instances.Describe(name ?? instances.Name(), tls: tls ?? _authority.Tls());
        (await instance.MakeFromTemplateAsync(instances.Template)).ShouldBeNull();
        await instances.StartAsync(instance);
        return instance;
    }

    private PostgresInstance Again(PostgresInstance before, PostgresTls? tls) => new(
        instances.Installation, instances.Account, before.Folder, new DataFolderMark(instances.InstanceId, before.Settings.Name.Split('@')[0], "here"), instances.Passwords, before.Settings with { Tls = tls });

    private PostgresMonitor Monitor(PostgresInstance instance, string region) =>
        new(instance.ConnectionString(PostgresRoles.Keeper), instance.Folder, link: _authority.Link(ProcessRole.Keeper, to: region));

    private static async Task<object?> RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private static async Task<bool> TriesAsync(PostgresInstance instance, PostgresLink? link)
    {
        try
        {
            await using var connection = await SecuredAuthority.ConnectAsync(instance, PostgresRoles.Cell, link);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    /// <summary>The serial number of the certificate that the server shows now.</summary>
    private async Task<string?> ServerSerialAsync(PostgresInstance instance)
    {
        var shown = default(string);
        var link = _authority.Link(ProcessRole.Keeper);
        var settings = new NpgsqlConnectionStringBuilder(instance.ConnectionString(PostgresRoles.Keeper)) { Pooling = false, SslMode = SslMode.Require };
        await using var connection = new NpgsqlConnection(settings.ConnectionString)
        {
            SslClientAuthenticationOptionsCallback = options =>
            {
                link.Secure(options);
                options.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                {
                    shown = certificate!.GetSerialNumberString();
                    return errors == System.Net.Security.SslPolicyErrors.None;
                };
            },
        };
        await connection.OpenAsync();
        return shown;
    }

    private static async Task RefusedByTheServerAsync(PostgresInstance instance, string role, PostgresLink? link, string why, Action<NpgsqlConnectionStringBuilder>? change = null)
    {
        var refusal = await Should.ThrowAsync<PostgresException>(SecuredAuthority.ConnectAsync(instance, role, link, change));
        refusal.SqlState.ShouldBeOneOf(PostgresErrorCodes.InvalidAuthorizationSpecification, PostgresErrorCodes.InvalidPassword);
        refusal.MessageText.ShouldContain(why);
    }

    private static async Task RefusedByTheClientAsync(PostgresInstance instance, PostgresLink link)
    {
        var refusal = await Should.ThrowAsync<NpgsqlException>(SecuredAuthority.ConnectAsync(instance, PostgresRoles.Cell, link));
        refusal.GetBaseException().ShouldBeOfType<AuthenticationException>();
    }
}
