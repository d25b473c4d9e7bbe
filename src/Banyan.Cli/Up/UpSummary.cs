using System.Globalization;
using Banyan.Cli.Output;
using Banyan.Control.Credentials;
using Banyan.Control.Platform;

namespace Banyan.Cli.Up;

/// <summary>The one screen at the end of a start: where things are, how to try them, how to stop.</summary>
internal static class UpSummary
{
    /// <summary>Writes it to the terminal's answers.</summary>
    public static void Write(PlatformState platform, DataFolder data, TimeSpan took, bool detached, Terminal terminal)
    {
        var entry = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{platform.EntryPort}");
        var region = platform.Regions[0].Name;
        var where = data.Root == new DataFolder(DataFolder.DefaultPath()).Root ? "" : $" --data {data.Root}";
        var key = platform.AsksCallers ? "-H \"Authorization: Bearer $BANYAN_KEY\" " : "";
        List<string> lines =
        [
            "",
            $"{terminal.Paint($"{platform.Platform} serves", Ink.Green)} {platform.Regions.Count} regions after {took.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s: {terminal.Paint(entry, Ink.Bold)}",
            .. platform.Tls is { Certificate: null } ? [$"  https    {entry.Replace("http:", "https:", StringComparison.Ordinal)}, trusted with {Engines.Certificates.CertificateAuthority.RootFile(data.Certificates)} (curl --cacert)"] : (string[])[],
            .. platform.AllFrontDoors().Skip(1).Select(static d => string.Create(CultureInfo.InvariantCulture, $"  also     http://localhost:{d.Port} ({d.Name})")),
            .. platform.DnsPort is { } dns ? [string.Create(CultureInfo.InvariantCulture, $"  names    dig @127.0.0.1 -p {dns} {platform.Platform}.banyan.test")] : (string[])[],
            $"  regions  {string.Join(", ", platform.Regions.Select(static r => r.Name))}",
            "",
            .. Guarded(platform, data),
            "Watch the alerts of a place, and post one from another terminal:",
            $"  curl -N '{entry}/regions/{region}/disaster/v1/stream{Place(platform.Regions[0])}'",
            $"  curl {key}--data-binary @alert.xml -H 'Content-Type: application/cap+xml' '{entry}/regions/{region}/disaster/v1/alerts'",
            "Write a reading:",
            $"  curl {key}-d 'rain,station=S1 mm=12.5' '{entry}/regions/{region}/api/v2/write?bucket=climate'",
            "",
            $"  banyan status{where}    how it is",
            detached ? $"  banyan down{where}      stops it; its data stays in {data.Root}" : $"  Ctrl-C stops it; its data stays in {data.Root}",
        ];
        foreach (var line in lines)
            terminal.Out.WriteLine(line);
    }

    private static IEnumerable<string> Guarded(PlatformState platform, DataFolder data) => !platform.AsksCallers ? [] :
    [
        "It asks who calls. Reading alerts and climate is open to all; to see the console, or to change something, show who you are:",
        $"  banyan console{(data.Root == new DataFolder(DataFolder.DefaultPath()).Root ? "" : $" --data {data.Root}")}    a link into the console, good once",
        $"  export BANYAN_KEY=$(cat {OperatorKey.PathIn(data)})",
        platform.OutsideProvider is { } provider ? $"  {provider.Issuer} says who people are"
            : $"  {IdentityOfPlatform.IssuerOf(platform)}/regions/{platform.Partitions[0].Name}/identity/invitation with the words of {AdministratorInvitation.PathIn(data)}",
        "",
    ];

    private static string Place(RegionState region) => region is { Latitude: { } latitude, Longitude: { } longitude }
        ? string.Create(CultureInfo.InvariantCulture, $"?point={latitude:0.####},{longitude:0.####}")
        : "";
}
