using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Banyan.Routing.Dns.Records;
using Banyan.Routing.Dns.Wire;

namespace Banyan.Routing.Dns.Zones;

/// <summary>Turns a zone into the bytes that answers are made of.</summary>
internal sealed class ZoneCompiler
{
    /// <summary>So many aliases of aliases are followed.</summary>
    private const int MaxAliases = 8;

    private static readonly HostData NotEverything = new("RFC8482", "");

    private readonly ZoneModel _zone;
    private readonly ResourceRecord _soa;
    private readonly ZoneAnswers _answers;
    private readonly ILookup<DnsName, ResourceRecord> _records;
    private readonly ILookup<DnsName, ChosenRecords> _chosen;
    private readonly HashSet<DnsName> _names = [];

    public ZoneCompiler(ZoneModel zone, int index)
    {
        _zone = zone;
        _records = zone.Records.ToLookup(static r => r.Owner);
        _chosen = zone.Chosen.ToLookup(static c => c.Owner);
        var soa = zone.Records.First(static r => r.Type == RecordType.SOA);
        // An answer that says no may be kept as long as the lesser of the SOA's TTL and its last field (RFC 2308 section 5).
        _soa = soa with { Ttl = Math.Min(soa.Ttl, ((AuthorityData)soa.Data).Minimum) };
        _answers = new ZoneAnswers(index, zone.Apex.Bytes.Length, CompileNegative());
        foreach (var owner in zone.Records.Select(static r => r.Owner).Concat(zone.Chosen.Select(static c => c.Owner)))
        {
            // Names between the apex and a name that has records exist, too (RFC 4592 section 2.2.2).
            for (var name = owner; _names.Add(name) && !name.Equals(zone.Apex); name = name.Parent!)
            {
            }
        }
    }

    public IEnumerable<AnswerNode> Compile() => _names.Select(Compile);

    private AnswerNode Compile(DnsName name)
    {
        var bytes = new byte[name.Bytes.Length];
        NameBytes.Lower(name.Bytes, bytes);
        var alias = _records[name].FirstOrDefault(static r => r.Type == RecordType.CNAME);
        var types = TypesOf(name).ToList();
        if (alias is not null)
            types.AddRange(Follow(alias, out _, out _) is { } end ? TypesOf(end).Except(types) : []);
        return new AnswerNode
        {
            Name = bytes,
            Hash = NameBytes.Hash(bytes),
            Zone = _answers,
            Answers = [.. types.Select(t => Compile(name, t, alias))],
            Alias = alias is null ? null : CompileAlias(name, RecordType.None, alias, []),
            Any = types.Count == 0 ? null : CompileBody(name, RecordType.ANY, [alias ?? new ResourceRecord(name, _soa.Ttl, NotEverything)], [], [], ResponseCode.NoError),
        };
    }

    private TypeAnswer Compile(DnsName name, RecordType type, ResourceRecord? alias)
    {
        var end = alias is null || type == RecordType.CNAME ? name : Follow(alias, out _, out _)!;
        if (_chosen[end].FirstOrDefault(c => c.Type == type) is { } chosen)
            return new TypeAnswer((ushort)type, [.. chosen.Alternatives.Select(a => CompileAlternative(name, chosen, alias, a))], chosen.Chooser);
        var records = Records(end, type);
        return new TypeAnswer((ushort)type, [end.Equals(name) ? CompileBody(name, type, records, [], Addresses(records), ResponseCode.NoError) : CompileAlias(name, type, alias!, records)], Chooser: null);
    }

    private AnswerBody CompileAlternative(DnsName name, ChosenRecords chosen, ResourceRecord? alias, ImmutableArray<RecordData> data)
    {
        ResourceRecord[] records = [.. data.Select(d => new ResourceRecord(chosen.Owner, chosen.Ttl, d))];
        if (alias is not null)
            return CompileAlias(name, chosen.Type, alias, records);
        return CompileBody(name, chosen.Type, records, records.Length == 0 ? [_soa] : [], Addresses(records), ResponseCode.NoError);
    }

    /// <summary>An alias, those that it leads to, and what is at their end.</summary>
    private AnswerBody CompileAlias(DnsName name, RecordType type, ResourceRecord alias, IReadOnlyList<ResourceRecord> end)
    {
        var target = Follow(alias, out var chain, out var missing);
        // Nothing is at the end: of this zone, then that is said (RFC 2308 section 2.1, RFC 6604); elsewhere, then it is not known here.
        var says = (target is not null || missing) && end.Count == 0;
        return CompileBody(name, type, [.. chain, .. end], says ? [_soa] : [], [], missing ? ResponseCode.NameError : ResponseCode.NoError);
    }

    /// <summary>The name at the end of aliases within the zone; null where it does not exist or is elsewhere.</summary>
    [SuppressMessage("Performance", "CA1859", Justification = "a chain is read only")]
    private DnsName? Follow(ResourceRecord alias, out IReadOnlyList<ResourceRecord> chain, out bool missing)
    {
        var followed = new List<ResourceRecord> { alias };
        chain = followed;
        missing = false;
        for (var target = ((AliasData)alias.Data).Target; ;)
        {
            if (!target.IsWithin(_zone.Apex))
                return null;
            if (!_names.Contains(target))
            {
                missing = true;
                return null;
            }

            if (_records[target].FirstOrDefault(static r => r.Type == RecordType.CNAME) is not { } next)
                return target;
            if (followed.Count == MaxAliases || followed.Contains(next))
                return null;
            followed.Add(next);
            target = ((AliasData)next.Data).Target;
        }
    }

    private IEnumerable<RecordType> TypesOf(DnsName name) => _records[name].Select(static r => r.Type).Concat(_chosen[name].Select(static c => c.Type)).Distinct();

    /// <summary>Records of one name and type; they have one TTL, the least (RFC 2181 section 5.2).</summary>
    private ResourceRecord[] Records(DnsName name, RecordType type)
    {
        ResourceRecord[] records = [.. _records[name].Where(r => r.Type == type).Distinct()];
        return [.. records.Select(r => r with { Ttl = records.Min(static o => o.Ttl) })];
    }

    /// <summary>Addresses that the asker will want next.</summary>
    private ResourceRecord[] Addresses(IEnumerable<ResourceRecord> records) =>
    [
        .. records.Select(static r => r.Data switch { ServiceData service => service.Target, NameServerData server => server.Server, _ => null }).OfType<DnsName>().Distinct()
            .SelectMany(n => Records(n, RecordType.A).Concat(Records(n, RecordType.AAAA))),
    ];

    private static AnswerBody CompileBody(DnsName name, RecordType type, IReadOnlyCollection<ResourceRecord> answers, IReadOnlyCollection<ResourceRecord> authorities, IReadOnlyCollection<ResourceRecord> additional, ResponseCode code)
    {
        var writer = Begin(name, type);
        var start = writer.Length;
        foreach (var record in answers.Concat(authorities))
            writer.WriteRecord(record);
        var needed = writer.Length - start;
        foreach (var record in additional)
            writer.WriteRecord(record);
        return new AnswerBody(writer.Written[start..].ToArray(), (ushort)answers.Count, (ushort)authorities.Count, (ushort)additional.Count, needed, code);
    }

    private NegativeAnswer CompileNegative()
    {
        var writer = Begin(_zone.Apex, RecordType.SOA);
        var start = writer.Length;
        writer.WriteRecord(_soa);
        return new NegativeAnswer(writer.Written[start..].ToArray(), [.. writer.Pointers.Select(p => p.At - start)]);
    }

    /// <summary>A message up to its question's end, so that names behind it can point into it.</summary>
    private static RecordWriter Begin(DnsName name, RecordType type)
    {
        var writer = new RecordWriter();
        writer.WriteBytes(stackalloc byte[Protocol.HeaderLength]);
        writer.WriteQuestion(name, type);
        return writer;
    }
}
