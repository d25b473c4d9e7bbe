using System.Globalization;
using Banyan.Cells;
using Banyan.Cells.Peers;
using Banyan.Engines.Credentials.Dids;

namespace Banyan.Services.Identity.Credentials;

/// <summary>The platform's organisations, one for each region, by their DIDs (<c>did:web</c>), and where what they publish is. Immutable.</summary>
internal sealed class Organisations
{
    private const string Folder = "organisations";
    private const string StatusFolder = "status";

    private static readonly Uri Nowhere = new("http://nowhere.invalid/");
    private readonly Uri _origin;
    private readonly Dictionary<string, string> _partitions = new(StringComparer.Ordinal);

    public Organisations(IdentitySettings settings, CellContext cell, IPartitionPeers peers)
    {
        _origin = Uri.TryCreate(settings.Issuer, UriKind.Absolute, out var origin) ? origin : Nowhere; // which has no DID either
        Own = cell.Partition;
        Platform = DidWeb.Of(_origin);
        Names = [.. settings.Regions.Union(peers.Partitions).Append(cell.Partition).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        foreach (var name in Names)
        {
            if (DidWeb.Of(_origin, Folder, name) is { } did)
                _partitions[did] = name;
        }
    }

    /// <summary>The partition whose organisation this cell speaks for.</summary>
    public string Own { get; }

    /// <summary>The platform's own DID; null where its address is no domain name.</summary>
    public string? Platform { get; }

    /// <summary>Every organisation.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Every organisation's DID.</summary>
    public IEnumerable<string> Dids => Names.Select(DidOf).OfType<string>();

    /// <summary>An organisation's DID; null where the platform's address is no domain name.</summary>
    public string? DidOf(string name) => DidWeb.Of(_origin, Folder, name);

    /// <summary>The partition whose organisation has a DID; null where none has it.</summary>
    public string? PartitionOf(string did) => _partitions.GetValueOrDefault(did);

    /// <summary>Where a status list is.</summary>
    public string StatusListOf(string name, int list) => new Uri(_origin, StatusPath(name, list)).AbsoluteUri;

    /// <summary>The same, without scheme and host.</summary>
    public static string StatusPath(string name, int list) => string.Create(CultureInfo.InvariantCulture, $"/{Folder}/{name}/{StatusFolder}/{list}");

    /// <summary>Where an organisation's document is, without scheme and host.</summary>
    public static string DocumentPath(string name) => $"/{Folder}/{name}/did.json";

    /// <summary>The number of an organisation's status list by its address; null where it is none of this organisation.</summary>
    public int? StatusListAt(Uri url, string name)
    {
        var digits = url.AbsolutePath[(url.AbsolutePath.LastIndexOf('/') + 1)..];
        return digits.Length <= 9 && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var list) && url.AbsoluteUri == StatusListOf(name, list) ? list : null;
    }
}
