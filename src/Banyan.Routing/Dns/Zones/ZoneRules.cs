using Banyan.Routing.Dns.Records;

namespace Banyan.Routing.Dns.Zones;

/// <summary>What makes a zone impossible to serve.</summary>
internal static class ZoneRules
{
    /// <summary>Every problem, one line each; none where the zone can be served.</summary>
    public static IEnumerable<string> FindProblems(ZoneModel zone)
    {
        if (zone.Records.Count(r => r.Type == RecordType.SOA && r.Owner.Equals(zone.Apex)) != 1 || zone.Records.Any(r => r.Type == RecordType.SOA && !r.Owner.Equals(zone.Apex)))
            yield return $"{zone.Apex} needs one SOA record, at its apex";
        if (!zone.Records.Any(r => r.Type == RecordType.NS && r.Owner.Equals(zone.Apex)))
            yield return $"{zone.Apex} needs an NS record";
        foreach (var record in zone.Records)
        {
            if (!record.Owner.IsWithin(zone.Apex))
                yield return $"{record.Owner} is not within {zone.Apex}";
            if (record.Type == RecordType.NS && !record.Owner.Equals(zone.Apex))
                yield return $"{record.Owner} has an NS record: zones below {zone.Apex} can't be delegated";
            if (record.Ttl > int.MaxValue)
                yield return $"{record.Owner}: a TTL is at most 2147483647";
            if (FindProblem(record.Data) is { } problem)
                yield return $"{record.Owner}: {problem}";
        }

        foreach (var chosen in zone.Chosen)
        {
            if (!chosen.Owner.IsWithin(zone.Apex))
                yield return $"{chosen.Owner} is not within {zone.Apex}";
            if (chosen.Alternatives.IsEmpty || chosen.Alternatives.SelectMany(static a => a).Any(d => d.Type != chosen.Type))
                yield return $"{chosen.Owner}: alternatives must be of type {chosen.Type}, and there must be one";
            if (chosen.Type is RecordType.SOA or RecordType.NS or RecordType.CNAME)
                yield return $"{chosen.Owner}: {chosen.Type} can't depend on who asks";
            if (zone.Records.Any(r => r.Type == chosen.Type && r.Owner.Equals(chosen.Owner)) || zone.Chosen.Count(c => c.Type == chosen.Type && c.Owner.Equals(chosen.Owner)) > 1)
                yield return $"{chosen.Owner}: {chosen.Type} is there twice";
        }

        foreach (var alias in zone.Records.Where(static r => r.Type == RecordType.CNAME))
        {
            if (zone.Records.Count(r => r.Owner.Equals(alias.Owner)) > 1 || zone.Chosen.Any(c => c.Owner.Equals(alias.Owner)))
                yield return $"{alias.Owner} is an alias, so it can't have other records (RFC 1034 section 3.6.2)";
        }
    }

    private static string? FindProblem(RecordData data) => data switch
    {
        TextData text when text.Pieces.IsDefaultOrEmpty || text.Pieces.Any(static p => p.Length > byte.MaxValue || p.Any(static c => c > byte.MaxValue)) => "TXT needs pieces of at most 255 bytes",
        IssuerData issuer when issuer.Tag.Length is 0 or > 15 || !issuer.Tag.All(char.IsAsciiLetterOrDigit) => "a CAA tag has 1 to 15 ASCII letters and digits",
        IssuerData issuer when issuer.Value.Any(static c => c > byte.MaxValue) => "a CAA value is ASCII",
        HostData host when host.Processor.Length > byte.MaxValue || host.System.Length > byte.MaxValue => "HINFO needs texts of at most 255 bytes",
        OpaqueData { Type: RecordType.OPT or RecordType.ANY or RecordType.AXFR or RecordType.IXFR } => "that type is for questions only",
        _ => null,
    };
}
