using Banyan.Engines.Certificates;
using Banyan.Engines.Consensus;
using Banyan.Engines.Consensus.Etcd;
using Banyan.Testing;

namespace Banyan.Engines.Tests.Consensus;

/// <summary>Three real members of etcd that take, and have among each other, connections with certificates alone.</summary>
public sealed class SecureEtcdServers : EtcdServers
{
    private static readonly ProcessName Member = new("test", null, ProcessRole.Consensus);

    private readonly TestAuthority _authority = new();
    private Links? _links;

    public TestAuthority Authority => _authority;

    public override Links? Links => _links;

    protected override EtcdTls? Secure(IReadOnlyList<EtcdMember> members)
    {
        File.SetUnixFileMode(_authority.Folder, (UnixFileMode)0b111_101_101); // etcd's own user enters
        _links = _authority.LinksOf(TestAuthority.Cell, members.Select(static m => (m.Port, Member)));
        foreach (var member in members)
            _authority.Issue(Member, FileOf(member.Name));
        return new EtcdTls(_authority.RootFile, FileOf, Peers: true);
    }

    /// <summary>A member's certificate.</summary>
    public string FileOf(string member) => Path.Combine(_authority.Folder, $"{member}.pem");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _links?.Dispose();
        _authority.Dispose();
    }
}

/// <summary>The contract over such members, and who is refused.</summary>
public sealed class SecureEtcdTests(SecureEtcdServers servers) : ConsensusCompliance, IClassFixture<SecureEtcdServers>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ask_WithoutACertificate_IsRefused()
    {
        servers.Need();
        await using var plain = new EtcdStore(servers.Addresses, "x", TimeProvider.System);
        await Should.ThrowAsync<ConsensusUnavailableException>(plain.GetAsync("a", Stop));
        using var stranger = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true } });
        var address = new UriBuilder(servers.Addresses[0]) { Scheme = "https" }.Uri;
        await Should.ThrowAsync<HttpRequestException>(stranger.GetAsync(new Uri(address, "/health"), Stop));
    }

    [Fact]
    public async Task Ask_WithACertificateOfAnotherAuthority_IsRefused()
    {
        servers.Need();
        using var another = new TestAuthority();
        using var links = new Links(servers.Authority.RootFile, another.Issue(TestAuthority.Cell), servers.Addresses.Select(static a => KeyValuePair.Create(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, a.Port), new ProcessName("test", null, ProcessRole.Consensus))), TimeProvider.System);
        await using var store = new EtcdStore(servers.Addresses, "x", TimeProvider.System, links);
        await Should.ThrowAsync<ConsensusUnavailableException>(store.GetAsync("a", Stop));
    }

    /// <summary>Its file is replaced while it runs, and stays its own.</summary>
    [Fact]
    public async Task Certificate_Renewed_IsShownWithoutARestart()
    {
        servers.Need();
        var file = servers.FileOf("m1");
        servers.Authority.Issue(new ProcessName("test", null, ProcessRole.Consensus), file);
        using var renewed = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(file, Stop));
        string? shown = null;
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, c, _, _) => (shown = c!.GetSerialNumberString()) is null } });
        var address = new UriBuilder(servers.Addresses[0]) { Scheme = "https" }.Uri;
        await Should.ThrowAsync<HttpRequestException>(http.GetAsync(new Uri(address, "/health"), Stop)); // it only looks
        shown.ShouldBe(renewed.SerialNumber);
    }

    protected override Task<IConsensusStore> OpenAsync()
    {
        servers.Need();
        return Task.FromResult(ConsensusStores.Connect("etcd", servers.Addresses, Guid.NewGuid().ToString("N"), TimeProvider.System, servers.Links));
    }
}
