using System.Net;
using Banyan.Engines.Certificates;
using Banyan.Engines.Postgres;
using Banyan.Engines.Tests.Certificates;
using Npgsql;

namespace Banyan.Engines.Tests.Postgres;

/// <summary>An authority in a folder of its own, and the certificates that a region's processes have of it.</summary>
internal sealed class SecuredAuthority : IDisposable
{
    private const string Platform = "kai";
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-authority-").FullName;
    private readonly SetTime _time = new(TimeProvider.System.GetUtcNow());
    private readonly CertificateAuthority _authority;
    private readonly List<Links> _links = [];
    private int _files;

    public SecuredAuthority() => _authority = CertificateAuthority.OpenOrCreate(_folder, Platform, TimeProvider.System);

    public string RootFile => CertificateAuthority.RootFile(_folder);

    /// <summary>What the servers of a region are given.</summary>
    public PostgresTls Tls(string region = "here") => new(
        RootFile, Issue($"database-{region}", Database(region)), Issue($"rewind-{region}", Database(region), PostgresRoles.Keeper));

    public static ProcessName Database(string region) => new(Platform, region, ProcessRole.Database);

    /// <summary>Writes a certificate, anew where there was one.</summary>
    public string Issue(string file, ProcessName name, string? loginAs = null)
    {
        var path = Path.Combine(_folder, $"{file}.pem");
        CertificateAuthority.Write(path, _authority.Issue(name, [IPAddress.Loopback], loginAs));
        return path;
    }

    /// <summary>The way of a process to the databases of a region.</summary>
    /// <param name="role">What it is, in the region "here".</param>
    /// <param name="to">Whose databases it means.</param>
    /// <param name="trusts">The authority that it goes by; null: this one.</param>
    public PostgresLink Link(ProcessRole role, string to = "here", SecuredAuthority? trusts = null)
    {
        var name = new ProcessName(Platform, ProcessName.IsOfRegion(role) ? "here" : null, role);
        var links = new Links((trusts ?? this).RootFile, Issue($"client{++_files}", name), [], _time);
        _links.Add(links);
        return new PostgresLink(links, Database(to));
    }

    /// <summary>Logs in, on a session of its own that ends with what this gives.</summary>
    public static async Task<NpgsqlConnection> ConnectAsync(PostgresInstance instance, string role, PostgresLink? link, Action<NpgsqlConnectionStringBuilder>? change = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(instance.ConnectionString(role)) { Pooling = false, Timeout = 5 };
        link?.Secure(settings);
        change?.Invoke(settings);
        var connection = new NpgsqlConnection(settings.ConnectionString);
        if (link is not null)
            connection.SslClientAuthenticationOptionsCallback = link.Secure;
        try
        {
            await connection.OpenAsync();
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var links in _links)
            links.Dispose();
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
