using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Banyan.Engines.Certificates;
using Banyan.Routing.Entry.Tls;
using Banyan.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Banyan.Routing.Tests.Entry.Tls;

/// <summary>A front door's port, by real clients.</summary>
public sealed class DoorTlsTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TestAuthority _authority = new();
    private readonly List<WebApplication> _apps = [];
    private string _file = "";
    private CurrentCertificate _certificate = null!;

    public ValueTask InitializeAsync()
    {
        _file = _authority.IssuePublic();
        _certificate = new CurrentCertificate(_file, _file, TimeProvider.System);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Https_TrustedAuthority_IsServedAndTheSchemeIsHttps()
    {
        var port = await StartAsync();
        using var http = Client();
        (await http.GetStringAsync($"https://localhost:{port}/scheme")).ShouldBe("https");
        (await http.GetStringAsync($"https://127.0.0.1:{port}/scheme")).ShouldBe("https");
    }

    [Fact]
    public async Task Https_StrangersAuthority_IsRefusedByTheClient()
    {
        var port = await StartAsync();
        using var http = new HttpClient();
        (await Should.ThrowAsync<HttpRequestException>(http.GetAsync($"https://localhost:{port}/scheme"))).HttpRequestError.ShouldBe(HttpRequestError.SecureConnectionError);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, false)]
    [InlineData(SslProtocols.Tls13, true)]
    public async Task Handshake_Version_IsTls13OrNone(SslProtocols version, bool accepted)
    {
        var port = await StartAsync();
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        await using var tls = new SslStream(tcp.GetStream());
        var handshake = tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = version, CertificateChainPolicy = Trust() });
        if (!accepted)
        {
            (await Should.ThrowAsync<Exception>(handshake)).ShouldBeAssignableTo<AuthenticationException>();
            return;
        }

        await handshake.WaitAsync(Patience);
        tls.SslProtocol.ShouldBe(SslProtocols.Tls13);
    }

    [Fact]
    public async Task PlainHttp_OnTheLoopback_IsServedOnTheSamePort()
    {
        var port = await StartAsync();
        using var http = Client();
        (await http.GetStringAsync($"http://127.0.0.1:{port}/scheme")).ShouldBe("http");
    }

    [Fact]
    public async Task PlainHttp_FromElsewhere_IsSentToHttps()
    {
        var port = await StartAsync(from: "192.0.2.7");
        using var http = Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/scheme?a=b%20c") { Headers = { Host = $"kai.example:{port}" } };
        using var answer = await http.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.PermanentRedirect);
        answer.Headers.Location!.OriginalString.ShouldBe($"https://kai.example:{port}/scheme?a=b%20c");
        answer.Headers.Contains("Strict-Transport-Security").ShouldBeFalse(); // RFC 6797 section 7.2
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task PlainHttp_WithSomethingToLoseFromElsewhere_IsRefusedAndNotCarriedOut(string method)
    {
        var port = await StartAsync(from: "192.0.2.7");
        using var http = Client();
        using var request = new HttpRequestMessage(new HttpMethod(method), $"http://127.0.0.1:{port}/scheme");
        using var answer = await http.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("urn:banyan:problem:tls-required");
    }

    [Fact]
    public async Task Https_FromElsewhere_IsServed()
    {
        var port = await StartAsync(from: "192.0.2.7");
        using var http = Client();
        (await http.GetStringAsync($"https://localhost:{port}/scheme")).ShouldBe("https");
    }

    [Theory]
    [InlineData("kai.example", true)]
    [InlineData("localhost", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("[::1]", false)]
    public async Task StrictTransport_Host_IsToldByNameOnly(string host, bool told)
    {
        var port = await StartAsync();
        using var http = Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://localhost:{port}/scheme") { Headers = { Host = host } };
        using var answer = await http.SendAsync(request);
        answer.IsSuccessStatusCode.ShouldBeTrue();
        answer.Headers.Contains("Strict-Transport-Security").ShouldBe(told);
    }

    [Fact]
    public async Task Certificate_Renewed_IsShownToTheNextAndOldConnectionsGoOn()
    {
        var port = await StartAsync();
        var shown = new List<string>();
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, c, _, _) => Note(c!) } });
        (await http.GetStringAsync($"https://localhost:{port}/connection")).ShouldBe(await http.GetStringAsync($"https://localhost:{port}/connection")); // one connection
        var kept = await http.GetStringAsync($"https://localhost:{port}/connection");
        _authority.IssuePublic(_file);
        _certificate.Look().ShouldBeTrue();
        (await http.GetStringAsync($"https://localhost:{port}/connection")).ShouldBe(kept);
        using var another = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, c, _, _) => Note(c!) } });
        await another.GetStringAsync($"https://localhost:{port}/connection");
        shown.Distinct().Count().ShouldBe(2);

        bool Note(X509Certificate certificate)
        {
            shown.Add(certificate.GetSerialNumberString());
            return true;
        }
    }

    [Fact]
    public async Task Connection_SaysNothingAndCloses_PortServesOn()
    {
        var port = await StartAsync();
        for (var i = 0; i < 3; i++)
        {
            using var silent = new TcpClient();
            await silent.ConnectAsync(IPAddress.Loopback, port);
        }

        using var http = Client();
        (await http.GetStringAsync($"https://localhost:{port}/scheme")).ShouldBe("https");
    }

    [Fact]
    public async Task Connection_BeginsAsTlsAndIsNone_IsClosed()
    {
        var port = await StartAsync();
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes("\u0016GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        using var deadline = new CancellationTokenSource(Patience);
        var buffer = new byte[1024];
        var text = "";
        try
        {
            while (await tcp.GetStream().ReadAsync(buffer, deadline.Token) is > 0 and var read)
                text += Encoding.Latin1.GetString(buffer, 0, read);
        }
        catch (IOException)
        {
            // Closed by a reset.
        }

        text.ShouldNotContain("HTTP/1.1");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps)
            await app.DisposeAsync();
        _certificate.Dispose();
        _authority.Dispose();
    }

    private async Task<int> StartAsync(string? from = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (from is not null)
            {
                // As if it came over the network: this machine may have no other address.
                listen.Use(next => connection =>
                {
                    connection.RemoteEndPoint = new IPEndPoint(IPAddress.Parse(from), 40_000);
                    return next(connection);
                });
            }

            listen.UseDoorTls(_certificate);
        }));
        var app = builder.Build();
        _apps.Add(app);
        app.UseDoorSecurity();
        app.Run(static context => context.Response.WriteAsync(context.Request.Path == "/connection" ? context.Connection.Id : context.Request.Scheme));
        await app.StartAsync();
        return new Uri(app.Urls.First()).Port;
    }

    private HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false, SslOptions = { CertificateChainPolicy = Trust() } }) { Timeout = Patience };

    private X509ChainPolicy Trust()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(_authority.RootFile);
        return policy;
    }
}
