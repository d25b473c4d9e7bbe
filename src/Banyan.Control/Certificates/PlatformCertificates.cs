using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Banyan.Control.Platform;
using Banyan.Engines.Certificates;
using Banyan.Engines.Postgres;

namespace Banyan.Control.Certificates;

/// <summary>
/// The supervisor's care for a platform's certificates: makes the authority on first use, gives each process a certificate of
/// its own, and renews all of them at two thirds of their life. The processes take up what is new by themselves. One owner.
/// </summary>
public sealed class PlatformCertificates : IDisposable
{
    /// <summary>How often it is asked whether a renewal is due; by the clock on the wall, so that a machine that slept renews at once.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    /// <summary>The most addresses of this machine that the front doors' certificate names.</summary>
    private const int MostAddresses = 16;

    private static readonly TimeSpan RenewAfter = CertificateAuthority.LeafLife * 2 / 3;

    private readonly CertificateAuthority _authority;
    private readonly PlatformState _platform;
    private readonly DataFolder _data;
    private readonly TimeProvider _time;
    private readonly IReadOnlyCollection<string> _hosts;
    private DateTimeOffset _issuedAt;

    private PlatformCertificates(CertificateAuthority authority, PlatformState platform, DataFolder data, TimeProvider time, IReadOnlyCollection<string> hosts) =>
        (_authority, _platform, _data, _time, _hosts) = (authority, platform, data, time, hosts);

    /// <summary>Makes or opens the authority, and issues a certificate to every process.</summary>
    /// <param name="platform">As in <c>platform.json</c>.</param>
    /// <param name="data">Its folder, locked by the caller.</param>
    /// <param name="time">The clock.</param>
    /// <param name="hosts">Names and addresses by which the world reaches the front doors, beside those of this machine.</param>
    /// <exception cref="PlatformException">The authority can't be used.</exception>
    public static PlatformCertificates Prepare(PlatformState platform, DataFolder data, TimeProvider time, IReadOnlyCollection<string> hosts)
    {
        try
        {
            var certificates = new PlatformCertificates(CertificateAuthority.OpenOrCreate(data.Certificates, platform.Platform, time), platform, data, time, [.. Here(platform).Concat(hosts).Distinct(StringComparer.OrdinalIgnoreCase)]);
            certificates.Issue();
            return certificates;
        }
        catch (CertificatesException unusable)
        {
            throw new PlatformException(unusable.Message);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            throw new PlatformException($"can't write certificates into {data.Certificates}: {unwritable.Message.TrimEnd('.')}");
        }
    }

    /// <summary>Renews where it is due, until told to stop. What can't be written is tried again, and reported.</summary>
    /// <param name="report">Told in one line.</param>
    /// <param name="stop">Ends it; nothing is thrown then.</param>
    public async Task RenewAsync(Action<string> report, CancellationToken stop)
    {
        while (true)
        {
            await Task.Delay(Interval, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
                return;
            RenewIfDue(report);
        }
    }

    /// <summary>Renews all certificates where two thirds of their life are over.</summary>
    /// <returns>Whether it did.</returns>
    internal bool RenewIfDue(Action<string> report)
    {
        if (_time.GetUtcNow() - _issuedAt < RenewAfter)
            return false;
        try
        {
            Issue();
            report(string.Create(CultureInfo.InvariantCulture, $"certificates renewed; they hold until {_issuedAt + CertificateAuthority.LeafLife:u}"));
            return true;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            report(string.Create(CultureInfo.InvariantCulture, $"certificates can't be renewed, and hold until {_issuedAt + CertificateAuthority.LeafLife:u}: {unwritable.Message.TrimEnd('.')}"));
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _authority.Dispose();

    private void Issue()
    {
        var at = _time.GetUtcNow();
        foreach (var (file, name, addresses) in ProcessLinks.All(_platform))
            CertificateAuthority.Write(_data.Certificate(file), _authority.Issue(name, addresses));
        foreach (var region in _platform.Regions)
            CertificateAuthority.Write(_data.Certificate(ProcessLinks.RewindOf(region.Name)), _authority.Issue(ProcessLinks.DatabaseServer(_platform.Platform, region.Name), [], PostgresRoles.Keeper));
        if (_platform.Tls is { Certificate: null })
            CertificateAuthority.Write(_data.Certificate(ProcessLinks.Public), _authority.IssuePublic(_hosts));
        _issuedAt = at;
    }

    /// <summary>By what a client on this machine or beside it calls the front doors.</summary>
    private static IEnumerable<string> Here(PlatformState platform)
    {
        yield return "localhost";
        foreach (var (_, index) in platform.AllFrontDoors().Select(static (d, i) => (d, i)))
            yield return $"{FrontDoorState.AddressOf(index)}";
        yield return $"{IPAddress.IPv6Loopback}";
        if (Uri.CheckHostName(Dns.GetHostName()) == UriHostNameType.Dns)
            yield return Dns.GetHostName();
        foreach (var address in NetworkInterface.GetAllNetworkInterfaces().SelectMany(static n => n.GetIPProperties().UnicastAddresses).Select(static a => a.Address)
            .Where(static a => !IPAddress.IsLoopback(a) && (a.AddressFamily == AddressFamily.InterNetwork || (a.AddressFamily == AddressFamily.InterNetworkV6 && a.ScopeId == 0))).Take(MostAddresses))
            yield return $"{address}";
    }
}
