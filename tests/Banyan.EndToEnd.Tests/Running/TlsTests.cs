using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Npgsql;

namespace Banyan.EndToEnd.Tests.Running;

/// <summary>A running platform's connections, as strangers and as its own processes find them.</summary>
[Collection(LivePlatformCollection.Name)]
public sealed class TlsTests(LivePlatform platform)
{
    private string Certificates => Path.Combine(platform.Data, "certificates");

    [Fact]
    public async Task FrontDoor_WithThePlatformsRoot_IsReachedByHttps()
    {
        await platform.WaitUntilServingAsync();
        using var http = Client(certificate: null);
        (await http.GetStringAsync(new Uri($"https://localhost:{platform.Port}/health/ready?all"))).ShouldBe("ready\n");
        using var answer = await http.GetAsync(new Uri($"https://localhost:{platform.Port}/regions/east-africa/disaster/v1/alerts"));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task FrontDoor_PlainHttpOnTheLoopback_IsServed()
    {
        await platform.WaitUntilServingAsync();
        (await platform.Http.GetStringAsync("/health/ready?all")).ShouldBe("ready\n");
    }

    /// <summary>A service can't be reached around the front door, and neither can what moves partitions.</summary>
    [Fact]
    public async Task Processes_AskedByAStranger_DoNotAnswer()
    {
        await platform.WaitUntilServingAsync();
        using var plain = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        using var stranger = Client(certificate: null);
        using var forged = Client(Path.Combine(Certificates, "public.pem"));
        var ports = Ports();
        ports.Count.ShouldBe(16);
        foreach (var (who, port, path) in ports)
        {
            await Should.ThrowAsync<HttpRequestException>(plain.GetAsync(new Uri($"http://127.0.0.1:{port}{path}")), who);
            await Should.ThrowAsync<HttpRequestException>(stranger.GetAsync(new Uri($"https://127.0.0.1:{port}{path}")), who);
            await Should.ThrowAsync<HttpRequestException>(forged.GetAsync(new Uri($"https://127.0.0.1:{port}{path}")), who);
        }
    }

    [Fact]
    public async Task Processes_AskedByAnOperator_Answer()
    {
        await platform.WaitUntilServingAsync();
        using var http = Client(Path.Combine(Certificates, "operator.pem"));
        foreach (var (who, port, path) in Ports())
        {
            using var answer = await http.GetAsync(new Uri($"https://127.0.0.1:{port}{path}"));
            answer.IsSuccessStatusCode.ShouldBeTrue(who);
        }
    }

    /// <summary>The password is right each time; a cell has it, and a certificate beside it.</summary>
    [Fact]
    public async Task Databases_AskedWithThePasswordAlone_LetNobodyIn()
    {
        var status = await platform.WaitUntilServingAsync();
        var databases = status.GetProperty("regions").EnumerateArray()
            .SelectMany(static r => r.GetProperty("databases").EnumerateArray().Select(d => (Region: r.GetProperty("name").GetString()!, Port: d.GetProperty("port").GetInt32()))).ToList();
        databases.Count.ShouldBe(10);
        foreach (var (region, port) in databases)
        {
            var login = platform.LoginOfCell(region, port);
            login.Pooling = false;
            await using (var cell = new NpgsqlConnection(login.ConnectionString))
            {
                await cell.OpenAsync();
                await using var command = new NpgsqlCommand("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()", cell);
                (await command.ExecuteScalarAsync()).ShouldBe("TLSv1.3");
            }

            (login.SslCertificate, login.SslKey) = (null, null);
            await RefusedAsync(login);
            (login.SslMode, login.RootCertificate) = (SslMode.Disable, null);
            await RefusedAsync(login);
        }

        async Task RefusedAsync(NpgsqlConnectionStringBuilder login)
        {
            await using var connection = new NpgsqlConnection(login.ConnectionString);
            (await Should.ThrowAsync<PostgresException>(connection.OpenAsync())).SqlState.ShouldBe(PostgresErrorCodes.InvalidAuthorizationSpecification);
        }
    }

    [Fact]
    public void Keys_InTheDataFolder_AreForTheirOwnerAlone()
    {
        foreach (var file in Directory.GetFiles(Certificates).Where(static f => File.ReadAllText(f).Contains("PRIVATE KEY", StringComparison.Ordinal)))
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
    }

    /// <summary>Every port that a process of the platform listens on, the front doors' aside.</summary>
    private List<(string Who, int Port, string Path)> Ports()
    {
        using var state = JsonDocument.Parse(File.ReadAllText(Path.Combine(platform.Data, "platform.json")));
        var found = new List<(string, int, string)>();
        foreach (var region in state.RootElement.GetProperty("regions").EnumerateArray())
        {
            found.Add(($"cell of {region.GetProperty("name")}", region.GetProperty("cell_port").GetInt32(), "/health/live"));
            found.Add(($"keeper of {region.GetProperty("name")}", region.GetProperty("keeper_port").GetInt32(), "/health/live"));
        }

        foreach (var partition in state.RootElement.GetProperty("partitions").EnumerateArray())
        {
            foreach (var database in partition.GetProperty("databases").EnumerateArray().Where(d => d.GetProperty("region").GetString() != partition.GetProperty("name").GetString()))
                found.Add(($"standby cell of {partition.GetProperty("name")}", database.GetProperty("cell_port").GetInt32(), "/health/live"));
        }

        foreach (var member in state.RootElement.GetProperty("consensus").GetProperty("members").EnumerateArray())
            found.Add(("consensus store", member.GetProperty("port").GetInt32(), "/health/live"));
        return found;
    }

    private HttpClient Client(string? certificate)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(Path.Combine(Certificates, "root.pem"));
        var options = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        if (certificate is not null)
            options.ClientCertificateContext = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificate, certificate), null, offline: true);
        return new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, SslOptions = options }) { Timeout = TimeSpan.FromSeconds(10) };
    }
}
