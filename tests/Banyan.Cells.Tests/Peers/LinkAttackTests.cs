using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Banyan.Cells.Peers;
using Banyan.Engines.Certificates;
using Banyan.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Tests.Peers;

/// <summary>Whoever is not a process of the platform that may ask a cell does not come as far as HTTP.</summary>
public sealed class LinkAttackTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TestAuthority _authority = new();
    private readonly List<string> _seen = [];
    private readonly List<string> _connections = [];
    private readonly List<string> _shown = [];
    private readonly List<string> _refused = [];
    private Links _cell = null!;
    private WebApplication _app = null!;
    private string _file = "";

    private int Port => new Uri(_app.Urls.First()).Port;

    public async ValueTask InitializeAsync()
    {
        _cell = new Links(_authority.RootFile, _file = _authority.Issue(TestAuthority.Cell), [], TimeProvider.System, Add(_refused));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseLinks(_cell)));
        _app = builder.Build();
        _app.Run(context =>
        {
            Add(_seen)($"{context.Peer()}");
            Add(_connections)(context.Connection.Id);
            Add(_shown)(context.Connection.ClientCertificate!.SerialNumber);
            return context.Response.WriteAsync("reached");
        });
        await _app.StartAsync();
    }

    [Theory]
    [InlineData(ProcessRole.FrontDoor)]
    [InlineData(ProcessRole.Cell)]
    [InlineData(ProcessRole.Keeper)]
    [InlineData(ProcessRole.Supervisor)]
    [InlineData(ProcessRole.Operator)]
    public async Task Connect_ProcessThatMay_IsServedAndKnownByName(ProcessRole role)
    {
        var name = Name(role);
        (await AskAsync(Read(_authority.Issue(name)))).ShouldContain("reached");
        _seen.ShouldBe([$"{name}"]);
    }

    [Fact]
    public async Task Connect_NoCertificate_IsRefused() => await IsRefusedAsync(null, "no certificate");

    [Theory]
    [InlineData(ProcessRole.Consensus)]
    public async Task Connect_RightAuthorityAndWrongRole_IsRefused(ProcessRole role) => await IsRefusedAsync(Read(_authority.Issue(Name(role))), $"it is {Name(role)}");

    [Fact]
    public async Task Connect_SelfSignedWithTheRightName_IsRefused() => await IsRefusedAsync(Forge(null), "not one of this platform's authority");

    [Fact]
    public async Task Connect_OfAnotherPlatformsAuthority_IsRefused()
    {
        using var another = new TestAuthority();
        await IsRefusedAsync(Read(another.Issue(TestAuthority.Door)), "not one of this platform's authority");
    }

    [Fact]
    public async Task Connect_IssuedByALeaf_IsRefused()
    {
        // A certificate of the platform's is no authority, whoever holds its key.
        using var leaf = Read(_authority.Issue(TestAuthority.Door));
        await IsRefusedAsync(Forge(leaf), "not one of this platform's authority", leaf);
    }

    [Fact]
    public async Task Connect_Expired_IsRefused()
    {
        using var root = X509Certificate2.CreateFromPemFile(_authority.RootFile, CertificateAuthority.KeyFile(_authority.Folder));
        var began = new DateTimeOffset(root.NotBefore);
        await IsRefusedAsync(Forge(root, began, began.AddSeconds(1)), "its time is over");
    }

    [Fact]
    public async Task Connect_ForServersAlone_IsRefused() => await IsRefusedAsync(Read(_authority.IssuePublic()), "not one of this platform's authority");

    [Fact]
    public async Task Connect_PlainHttp_IsClosedWithoutAnAnswer()
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, Port);
        await tcp.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        (await ReadAsync(tcp.GetStream())).ShouldNotContain("HTTP/1.1");
        _seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task Connect_Tls12_IsRefused()
    {
        using var certificate = Read(_authority.Issue(TestAuthority.Door));
        await Should.ThrowAsync<AuthenticationException>(() => AskAsync(certificate, SslProtocols.Tls12));
        _seen.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("home", ProcessRole.Keeper)]
    [InlineData("elsewhere", ProcessRole.Cell)]
    public async Task Client_SomebodyElseListensThere_DoesNotSpeakToIt(string region, ProcessRole role)
    {
        using var door = _authority.LinksOf(TestAuthority.Door, (Port, new ProcessName("test", region, role)));
        using var http = new HttpClient(LinkHandler.Over(door, new SocketsHttpHandler())) { Timeout = Patience };
        (await Should.ThrowAsync<HttpRequestException>(http.GetAsync($"http://127.0.0.1:{Port}/"))).HttpRequestError.ShouldBe(HttpRequestError.SecureConnectionError);
        _seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task Client_Links_AskAndAreKept()
    {
        using var door = _authority.LinksOf(TestAuthority.Door, (Port, TestAuthority.Cell));
        using var http = new HttpClient(LinkHandler.Over(door, new SocketsHttpHandler())) { Timeout = Patience };
        (await http.GetStringAsync($"http://127.0.0.1:{Port}/")).ShouldBe("reached");
        _seen.ShouldBe([$"{TestAuthority.Door}"]);
    }

    /// <summary>Both ends get another certificate: what is open goes on, what is new shows the new one.</summary>
    [Fact]
    public async Task Certificates_Renewed_ConnectionsGoOnAndTheNextShowTheNewOnes()
    {
        var mine = _authority.Issue(TestAuthority.Door);
        using var door = _authority.LinksOf(mine, (Port, TestAuthority.Cell));
        using var http = new HttpClient(LinkHandler.Over(door, new SocketsHttpHandler())) { Timeout = Patience };
        await http.GetStringAsync($"http://127.0.0.1:{Port}/");
        _authority.Issue(TestAuthority.Cell, _file);
        _authority.Issue(TestAuthority.Door, mine);
        _cell.Look().ShouldBeTrue();
        door.Look().ShouldBeTrue();
        await http.GetStringAsync($"http://127.0.0.1:{Port}/");
        using var another = new HttpClient(LinkHandler.Over(door, new SocketsHttpHandler())) { Timeout = Patience };
        await another.GetStringAsync($"http://127.0.0.1:{Port}/");
        _connections.Count.ShouldBe(3);
        _connections[1].ShouldBe(_connections[0]);
        _connections[2].ShouldNotBe(_connections[0]);
        _shown[1].ShouldBe(_shown[0]);
        _shown[2].ShouldNotBe(_shown[0]);
    }

    [Fact]
    public async Task Client_NobodyListens_SeesTheRefusalOfTheSystem()
    {
        var port = FreePort.Take();
        using var door = _authority.LinksOf(TestAuthority.Door, (port, TestAuthority.Cell));
        using var http = new HttpClient(LinkHandler.Over(door, new SocketsHttpHandler())) { Timeout = Patience };
        var refused = await Should.ThrowAsync<HttpRequestException>(http.GetAsync($"http://127.0.0.1:{port}/"));
        refused.HttpRequestError.ShouldBe(HttpRequestError.ConnectionError);
        refused.InnerException.ShouldBeOfType<SocketException>().SocketErrorCode.ShouldBe(SocketError.ConnectionRefused);
    }

    [Fact]
    public async Task Cell_WithLinks_IsReachedByThemAlone()
    {
        await using var cell = await TestCell.StartAsync([new TestService { Endpoints = static e => e.MapGet("/thing", static () => "here") }], change: o => o with { Links = _cell });
        var port = new Uri(cell.App.Urls.First()).Port;
        using var door = _authority.LinksOf(TestAuthority.Door, (port, TestAuthority.Cell));
        using var http = new HttpClient(LinkHandler.Over(door, new SocketsHttpHandler())) { Timeout = Patience };
        (await http.GetStringAsync($"http://127.0.0.1:{port}/thing")).ShouldBe("here");
        using var stranger = new HttpClient { Timeout = Patience };
        await Should.ThrowAsync<HttpRequestException>(stranger.GetAsync($"http://127.0.0.1:{port}/thing"));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _cell.Dispose();
        _authority.Dispose();
    }

    private static Action<string> Add(List<string> to) => line =>
    {
        lock (to)
            to.Add(line);
    };

    private static ProcessName Name(ProcessRole role) => new("test", ProcessName.IsOfRegion(role) ? "elsewhere" : null, role);

    private static X509Certificate2 Read(string file) => X509Certificate2.CreateFromPem(File.ReadAllText(file), File.ReadAllText(file));

    /// <summary>A front door's certificate that the platform's authority did not issue, or not like this.</summary>
    private static X509Certificate2 Forge(X509Certificate2? issuer, DateTimeOffset? from = null, DateTimeOffset? until = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=forged", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri($"{TestAuthority.Door}"));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        var now = TimeProvider.System.GetUtcNow();
        if (issuer is null)
            return request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
        // Not request.Create(issuer, …): that refuses what an attacker would not.
        var signer = X509SignatureGenerator.CreateForECDsa(issuer.GetECDsaPrivateKey()!);
        using var certificate = request.Create(issuer.SubjectName, signer, from ?? new DateTimeOffset(issuer.NotBefore), until ?? new DateTimeOffset(issuer.NotAfter), [1, 2, 3]);
        return certificate.CopyWithPrivateKey(key);
    }

    private async Task IsRefusedAsync(X509Certificate2? certificate, string why, params X509Certificate2[] issuers)
    {
        using var _ = certificate;
        // With TLS 1.3 a client is done before the server has judged it: then it hears it where it reads.
        string answer;
        try
        {
            answer = await AskAsync(certificate, issuers: issuers);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            answer = "";
        }

        answer.ShouldBe("");
        _seen.ShouldBeEmpty();
        lock (_refused)
            _refused.ShouldHaveSingleItem().ShouldContain(why);
    }

    private async Task<string> AskAsync(X509Certificate2? certificate, SslProtocols version = SslProtocols.Tls13, X509Certificate2[]? issuers = null)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, Port);
        await using var tls = new SslStream(tcp.GetStream());
        using var deadline = new CancellationTokenSource(Patience);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "cell",
                EnabledSslProtocols = version,
                ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, [.. issuers ?? []], offline: true),
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            },
            deadline.Token);
        await tls.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray(), deadline.Token);
        return await ReadAsync(tls);
    }

    private static async Task<string> ReadAsync(Stream stream)
    {
        using var deadline = new CancellationTokenSource(Patience);
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer, deadline.Token) is > 0 and var read)
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (IOException)
        {
            // Closed by a reset or an alert.
        }

        return text.ToString();
    }
}
