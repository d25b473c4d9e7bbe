using System.Net.Security;
using Banyan.Engines.Certificates;
using Npgsql;

namespace Banyan.Engines.Postgres;

/// <summary>
/// How a process connects to the private databases of a region where connections are secured: TLS 1.3, verified in full against the
/// platform's authority alone, with its own certificate beside the password, which is bound to the connection (SCRAM-SHA-256-PLUS).
/// Each connection takes the certificate that is current then; those that are open go on. Thread-safe.
/// </summary>
/// <param name="links">The process' own; lives longer.</param>
/// <param name="server">Whose database it must be.</param>
public sealed class PostgresLink(Links links, ProcessName server)
{
    /// <summary>As which host the server is known; see <see cref="ProcessName.HostName"/>.</summary>
    public string ServerName => server.HostName;

    /// <summary>The link to a region's databases; null where connections are plain.</summary>
    /// <param name="links">The process' own; null where connections are plain.</param>
    /// <param name="region">The region that runs the databases.</param>
    public static PostgresLink? To(Links? links, string region) =>
        links is null ? null : new PostgresLink(links, new ProcessName(links.Me.Platform, region, ProcessRole.Database));

    /// <summary>What it takes of a connection string; the handshake is to be filled in by <see cref="Secure(SslClientAuthenticationOptions)"/>.</summary>
    public void Secure(NpgsqlConnectionStringBuilder settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.SslMode = SslMode.VerifyFull;
        settings.RootCertificate = links.RootFile;
        settings.ChannelBinding = ChannelBinding.Require;
        settings.GssEncryptionMode = GssEncryptionMode.Disable;
    }

    /// <summary>Of each handshake: who we are, and who must be there.</summary>
    public void Secure(SslClientAuthenticationOptions handshake) => links.ForDatabase(handshake, server);

    /// <summary>Makes a pool that connects so; where there is no link, as its connection string says.</summary>
    public static NpgsqlDataSource Open(NpgsqlConnectionStringBuilder settings, PostgresLink? link)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        link?.Secure(builder);
        return builder.Build();
    }

    /// <summary>As <see cref="Open"/>, for questions of the simplest types: it is ready sooner.</summary>
    public static NpgsqlDataSource OpenSlim(NpgsqlConnectionStringBuilder settings, PostgresLink? link)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString);
        builder.EnableTransportSecurity(); // What a given database is reached by may ask for it too.
        if (link is not null)
        {
            link.Secure(builder.ConnectionStringBuilder);
            builder.UseSslClientAuthenticationOptionsCallback(link.Secure);
        }

        return builder.Build();
    }

    /// <summary>The same for a pool that is being made.</summary>
    public void Secure(NpgsqlDataSourceBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Secure(builder.ConnectionStringBuilder);
        builder.UseSslClientAuthenticationOptionsCallback(Secure);
    }
}
