using System.Collections.Immutable;
using System.Net.Sockets;
using Banyan.Routing.Dns.Records;
using Banyan.Routing.Dns.Zones;
using Banyan.Routing.Policies;
using Banyan.Routing.Policies.Places;

namespace Banyan.Routing.Dns.Platform;

/// <summary>
/// The zone of a platform: <c>kai.banyan.test</c> and <c>REGION.kai.banyan.test</c> lead to front doors that answer;
/// <c>where.kai.banyan.test</c> says which region the policies choose for whoever asks; <c>_http._tcp</c> has the ports.
/// </summary>
public static class PlatformZone
{
    /// <summary>Makes the zone. It needs no other one when something is lost: answers go by <paramref name="state"/>.</summary>
    /// <param name="model">The policies, over <see cref="PlatformNames.Regions"/>.</param>
    public static ZoneModel Build(PlatformNames names, PolicyModel model, PlaceTable places, PlatformFactsState state)
    {
        var apex = Below(names.Platform, names.Suffix);
        var regions = new RegionChooser(model, places, state);
        var chosen = ImmutableArray.CreateBuilder<ChosenRecords>();
        AddAddresses(chosen, apex, names, new DoorChooser(regions, 0, names.Doors.Length, state));
        chosen.Add(new ChosenRecords(Below("where", apex), RecordType.TXT, names.MovingTtl, [.. names.Regions.Select(static r => ImmutableArray.Create<RecordData>(new TextData(r.Name)))], regions));
        chosen.Add(new ChosenRecords(Below("_http._tcp", apex), RecordType.SRV, names.MovingTtl, [.. names.Regions.Select((_, i) => Services(names, apex, i))], regions));
        for (var i = 0; i < names.Regions.Length; i++)
        {
            var region = Below(names.Regions[i].Name, apex);
            AddAddresses(chosen, region, names, new DoorChooser(null, i, names.Doors.Length, state));
        }

        return new ZoneModel { Apex = apex, Records = [.. Records(names, apex)], Chosen = chosen.ToImmutable() };
    }

    private static IEnumerable<ResourceRecord> Records(PlatformNames names, DnsName apex)
    {
        var servers = names.Doors.Select((_, i) => Below($"ns{i + 1}", apex)).ToList();
        // Refresh, retry and expire are for secondaries, of which there are none; how long an absence is kept follows the moving names.
        yield return new ResourceRecord(apex, names.StaticTtl, new AuthorityData(servers[0], Below("hostmaster", apex), names.Serial, 3_600, 600, 604_800, names.MovingTtl));
        foreach (var (server, door) in servers.Zip(names.Doors))
        {
            yield return new ResourceRecord(apex, names.StaticTtl, new NameServerData(server));
            yield return new ResourceRecord(server, names.StaticTtl, new AddressData(door.Address));
            yield return new ResourceRecord(Below(door.Name, apex), names.StaticTtl, new AddressData(door.Address));
        }

        // Nobody may issue certificates for names that exist on this machine only.
        yield return new ResourceRecord(apex, names.StaticTtl, new IssuerData(Critical: false, "issue", ";"));
        yield return new ResourceRecord(apex, names.StaticTtl, new TextData($"platform={names.Platform}"));
        yield return new ResourceRecord(Below("www", apex), names.StaticTtl, new AliasData(apex));
        for (var i = 0; i < names.Regions.Length; i++)
        {
            foreach (var service in Services(names, apex, i))
                yield return new ResourceRecord(Below($"_http._tcp.{names.Regions[i].Name}", apex), names.StaticTtl, service);
        }
    }

    private static void AddAddresses(ImmutableArray<ChosenRecords>.Builder chosen, DnsName owner, PlatformNames names, IAnswerChooser chooser)
    {
        foreach (var type in (ReadOnlySpan<RecordType>)[RecordType.A, RecordType.AAAA])
        {
            var family = type == RecordType.A ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
            ImmutableArray<ImmutableArray<RecordData>> alternatives = [.. names.Doors.Select(d => d.Address.AddressFamily == family ? ImmutableArray.Create<RecordData>(new AddressData(d.Address)) : [])];
            if (alternatives.Any(static a => !a.IsEmpty))
                chosen.Add(new ChosenRecords(owner, type, names.MovingTtl, alternatives, chooser));
        }
    }

    /// <summary>All front doors in a region's order: the first is asked first, the others where it does not answer (RFC 2782).</summary>
    private static ImmutableArray<RecordData> Services(PlatformNames names, DnsName apex, int region)
    {
        var doors = names.Doors;
        return [.. Enumerable.Range(0, doors.Length).Select(i => (i, Door: doors[(region + i) % doors.Length])).Select(d => new ServiceData((ushort)d.i, 1, (ushort)d.Door.Port, Below(d.Door.Name, apex)))];
    }

    private static DnsName Below(string labels, DnsName zone) => DnsName.Parse($"{labels}.{zone}");
}
