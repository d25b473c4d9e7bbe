using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Banyan.Routing.Dns;
using Banyan.Routing.Entry;

namespace Banyan.Routing.Policies.Places;

/// <summary>
/// Reads where networks are from lines of <c>network,country[,latitude,longitude]</c>, such as <c>102.0.0.0/8,KE,-1.29,36.82</c>;
/// empty lines and lines that begin with <c>#</c> are passed over. Public tables of networks can be written so with one
/// line of <c>awk</c>.
/// </summary>
public static class PlaceFile
{
    /// <summary>More lines than this are not read.</summary>
    public const int MaxLines = 4_000_000;

    private const int MaxProblems = 20;

    /// <summary>Reads lines.</summary>
    /// <param name="problems">What can't be read, with the line's number, the first 20 of them; lines without a problem count nevertheless.</param>
    public static PlaceTable Read(IEnumerable<string> lines, out ImmutableArray<string> problems)
    {
        var found = new List<string>();
        var places = new List<NetworkPlace>();
        var number = 0;
        foreach (var line in lines)
        {
            if (++number > MaxLines)
            {
                found.Add(string.Create(CultureInfo.InvariantCulture, $"only the first {MaxLines} lines are read"));
                break;
            }

            if (line.Length == 0 || line[0] == '#')
                continue;
            if (TryRead(line, out var place))
                places.Add(place!);
            else if (found.Count < MaxProblems)
                found.Add(string.Create(CultureInfo.InvariantCulture, $"line {number}: '{(line.Length > 60 ? line[..60] : line)}' is not network,country[,latitude,longitude]"));
        }

        problems = [.. found];
        return new PlaceTable(places);
    }

    private static bool TryRead(string line, out NetworkPlace? place)
    {
        place = null;
        var fields = line.Split(',', 3, StringSplitOptions.TrimEntries);
        if (fields.Length < 2 || !IPNetwork.TryParse(fields[0], out var network) || !CountryCode.TryParse(fields[1], out var country))
            return false;
        GeoPoint at = default;
        if (fields.Length == 3 && !GeoPoint.TryParse(fields[2], out at))
            return false;
        place = new NetworkPlace(NetworkAddress.Of(network.BaseAddress).Prefix(network.PrefixLength), network.PrefixLength, country, fields.Length == 3 ? at : null);
        return true;
    }
}
