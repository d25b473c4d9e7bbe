using System.Globalization;
using System.Net;
using Banyan.Control.Credentials;
using Banyan.Control.Platform;
using Banyan.Engines.Certificates;

namespace Banyan.Control.Certificates;

/// <summary>How a process of a platform comes to its links.</summary>
public static class ProcessLinks
{
    /// <summary>The file name, without ending, of the certificate of <c>banyan up</c>.</summary>
    public const string Supervisor = "supervisor";

    /// <summary>The file name, without ending, of the certificate of verbs that ask a running platform.</summary>
    public const string Operator = "operator";

    /// <summary>The file name, without ending, of the front doors' certificate for the world.</summary>
    public const string Public = "public";

    /// <summary>The file name, without ending, of the certificate of a region's cell.</summary>
    public static string CellOf(string region) => $"cell-{region}";

    /// <summary>The file name, without ending, of the certificate of a region's private databases.</summary>
    public static string DatabaseOf(string region) => $"database-{region}";

    /// <summary>The file name, without ending, of the certificate by which a region's databases are rewound: it may log in as the keeper, and is nobody to other processes.</summary>
    public static string RewindOf(string region) => $"rewind-{region}";

    /// <summary>Who a region's private databases are.</summary>
    public static ProcessName DatabaseServer(string platform, string region) => new(platform, region, ProcessRole.Database);

    /// <summary>The same platform, reached as one of its processes. Changes nothing where its links are plain.</summary>
    /// <param name="platform">As in <c>platform.json</c>.</param>
    /// <param name="data">Its folder.</param>
    /// <param name="process">The process' name, or <see cref="Operator"/>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="report">Told in one line of renewals and of peers that were refused.</param>
    /// <exception cref="PlatformException">Its certificate can't be used.</exception>
    public static PlatformState Join(this PlatformState platform, DataFolder data, string process, TimeProvider time, Action<string>? report = null)
    {
        ArgumentNullException.ThrowIfNull(platform);
        if (platform.Tls is null)
            return platform;
        var file = data.Certificate(process);
        // Another front door, started by hand: who it is, is what the others are.
        if (!File.Exists(file) && process.StartsWith(FrontDoorState.FirstName, StringComparison.Ordinal))
            file = data.Certificate(FrontDoorState.FirstName);
        try
        {
            var joined = platform with { Links = new Links(CertificateAuthority.RootFile(data.Certificates), file, Known(platform), time, report) };
            return process == Operator || process.StartsWith(FrontDoorState.FirstName, StringComparison.Ordinal) ? joined.WithOperatorKey(data) : joined;
        }
        catch (CertificatesException unusable)
        {
            throw new PlatformException(unusable.Message);
        }
    }

    /// <summary>Who listens where: every process that takes connections of the others alone.</summary>
    public static IEnumerable<KeyValuePair<IPEndPoint, ProcessName>> Known(PlatformState platform)
    {
        ArgumentNullException.ThrowIfNull(platform);
        foreach (var region in platform.Regions)
        {
            yield return new(region.EndPoint(region.CellPort), new ProcessName(platform.Platform, region.Name, ProcessRole.Cell));
            yield return new(region.EndPoint(region.KeeperPort), new ProcessName(platform.Platform, region.Name, ProcessRole.Keeper));
        }

        foreach (var database in platform.Partitions.SelectMany(static p => p.Databases).Where(static d => d.CellPort > 0))
        {
            if (platform.FindRegion(database.Region) is { } region)
                yield return new(region.EndPoint(database.CellPort), new ProcessName(platform.Platform, region.Name, ProcessRole.Cell));
        }

        foreach (var member in platform.Consensus?.Members ?? [])
            yield return new(new IPEndPoint(IPAddress.Parse(member.Host), member.Port), new ProcessName(platform.Platform, null, ProcessRole.Consensus));
    }

    /// <summary>Every process that has a certificate, by the name of its file.</summary>
    internal static IEnumerable<(string File, ProcessName Name, IPAddress[] Addresses)> All(PlatformState platform)
    {
        ProcessName Of(ProcessRole role, string? region = null) => new(platform.Platform, region, role);
        IPAddress[] here = [IPAddress.Loopback];
        yield return (Supervisor, Of(ProcessRole.Supervisor), []);
        yield return (Operator, Of(ProcessRole.Operator), []);
        foreach (var member in platform.Consensus?.Members ?? [])
            yield return (member.Name, Of(ProcessRole.Consensus), [.. here.Append(IPAddress.Parse(member.Host)).Distinct()]);
        foreach (var region in platform.Regions)
        {
            yield return (string.Create(CultureInfo.InvariantCulture, $"keeper-{region.Name}"), Of(ProcessRole.Keeper, region.Name), [IPAddress.Parse(region.Address)]);
            yield return (CellOf(region.Name), Of(ProcessRole.Cell, region.Name), [IPAddress.Parse(region.Address)]);
            yield return (DatabaseOf(region.Name), Of(ProcessRole.Database, region.Name), [IPAddress.Parse(region.Address)]);
        }

        foreach (var door in platform.AllFrontDoors())
            yield return (door.Name, Of(ProcessRole.FrontDoor), here);
    }
}
