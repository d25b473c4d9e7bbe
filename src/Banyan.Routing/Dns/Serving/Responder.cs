using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Banyan.Routing.Dns.Records;
using Banyan.Routing.Dns.Wire;
using Banyan.Routing.Dns.Zones;

namespace Banyan.Routing.Dns.Serving;

/// <summary>
/// Turns a packet into the answer's bytes: all rules of the protocol are here. Allocates nothing, whatever the packet
/// holds. Not thread-safe because of its counts: one for each thread.
/// </summary>
/// <param name="maxUdpAnswer">The longest answer over UDP.</param>
/// <param name="limiter">Limits answers over UDP; null for none.</param>
internal sealed class Responder(int maxUdpAnswer, RateLimiter? limiter)
{
    private const ulong KindOfErrors = 0x100;
    private const ulong KindOfAbsence = 0x200;

    public DnsTally Tally { get; } = new();

    /// <summary>Answers.</summary>
    /// <param name="packet">What came, without a length in front.</param>
    /// <param name="answer">Gets the answer; at least <c>maxUdpAnswer</c> bytes, over TCP 65,535.</param>
    /// <param name="client">Who sent it, as far as UDP can tell.</param>
    /// <param name="udp">It came over UDP.</param>
    /// <param name="now">The clock that the limiter was made for.</param>
    /// <returns>The answer's length; 0: nothing is said.</returns>
    [SkipLocalsInit]
    public int Answer(AnswerTable table, ReadOnlySpan<byte> packet, Span<byte> answer, in NetworkAddress client, bool udp, long now)
    {
        var verdict = Query.Read(packet, out var query);
        switch (verdict)
        {
            case QueryVerdict.Drop:
                Tally.CountDropped();
                return 0;
            case QueryVerdict.Malformed:
                return Error(query, answer, ResponseCode.FormatError, client, udp, now, echo: false);
            case QueryVerdict.OtherOperation:
                return Error(query, answer, ResponseCode.NotImplemented, client, udp, now, echo: false);
            case QueryVerdict.OtherVersion:
                return Error(query, answer, ResponseCode.BadVersion, client, udp, now, echo: true);
        }

        // Transfers are not offered; other classes have no zones here.
        if (query.Type is RecordType.AXFR or RecordType.IXFR or RecordType.OPT || query.Class != Protocol.ClassInternet)
            return Error(query, answer, ResponseCode.Refused, client, udp, now, echo: true);
        Span<byte> lower = stackalloc byte[Protocol.MaxName];
        lower = lower[..query.Name.Length];
        NameBytes.Lower(query.Name, lower);
        var node = table.Find(lower, out var zone);
        if (zone is null)
            return Error(query, answer, ResponseCode.Refused, client, udp, now, echo: true);

        var scope = 0;
        var body = node is null ? null : Choose(node, query, client, out scope);
        var code = node is null ? ResponseCode.NameError : body?.Code ?? ResponseCode.NoError;
        var truncated = false;
        if (udp && limiter is not null)
        {
            // What does not exist is one kind of answer a zone, or random names would pass by the limit.
            var kind = node is null ? KindOfAbsence + (ulong)zone.Index : node.Hash + (ulong)query.Type;
            var limit = limiter.Check(client, kind, now);
            if (limit != RateVerdict.Send)
                Tally.CountLimited();
            if (limit == RateVerdict.Drop)
                return 0;
            truncated = limit == RateVerdict.Slip;
        }

        var room = (udp ? Math.Min(query.UdpSize, maxUdpAnswer) : answer.Length) - EdnsLength(query);
        var at = Protocol.HeaderLength + query.Question.Length;
        var needed = at + (body?.NeededLength ?? zone.Negative.Bytes.Length);
        if (needed > room && !truncated)
        {
            Tally.CountTruncated();
            truncated = true;
        }

        query.Question.CopyTo(answer[Protocol.HeaderLength..]);
        var (answers, authorities, additional) = (0, 0, 0);
        if (truncated)
        {
            // Only that it has to be asked again (RFC 2181 section 9).
        }
        else if (body is not null)
        {
            var all = at + body.Bytes.Length <= room;
            (answers, authorities, additional) = (body.Answers, body.Authorities, all ? body.Additional : 0);
            body.Bytes.AsSpan(0, all ? body.Bytes.Length : body.NeededLength).CopyTo(answer[at..]);
            at = all ? at + body.Bytes.Length : needed;
        }
        else
        {
            authorities = 1;
            WriteNegative(zone, answer[at..], query.Name.Length);
            at = needed;
        }

        Tally.CountAnswer(code);
        var flags = Protocol.FlagResponse | Protocol.FlagAuthoritative | (query.Flags & Protocol.RepeatedFlags) | (truncated ? Protocol.FlagTruncated : 0) | (int)code;
        if (query.HasEdns)
        {
            at += WriteEdns(answer[at..], query, code, scope);
            additional++;
        }

        WriteHeader(answer, query.Id, flags, 1, answers, authorities, additional);
        return at;
    }

    private static AnswerBody? Choose(AnswerNode node, in Query query, in NetworkAddress client, out int scope)
    {
        scope = 0;
        if (query.Type == RecordType.ANY)
            return node.Any;
        if (node.Find((ushort)query.Type) is not { } found)
            return node.Alias;
        if (found.Chooser is null)
            return found.Alternatives[0];
        // Who gave nothing away is answered as the resolver that asks (RFC 7871 section 7.1.2).
        var subnet = query.HasSubnet && query.Subnet.SourcePrefix > 0;
        var pick = found.Chooser.Choose(subnet ? new AnswerClient(query.Subnet.Address, query.Subnet.SourcePrefix) : new AnswerClient(client, client.Length));
        scope = subnet ? Math.Min(pick.Scope, query.Subnet.Address.Length) : 0;
        return found.Alternatives[pick.Alternative];
    }

    /// <summary>The zone's SOA: its pointers stand for a question of the apex, and move with the question's length.</summary>
    private static void WriteNegative(ZoneAnswers zone, Span<byte> target, int nameLength)
    {
        zone.Negative.Bytes.CopyTo(target);
        foreach (var pointer in zone.Negative.Pointers)
            BinaryPrimitives.WriteUInt16BigEndian(target[pointer..], (ushort)(BinaryPrimitives.ReadUInt16BigEndian(target[pointer..]) + nameLength - zone.ApexLength));
    }

    private int Error(in Query query, Span<byte> answer, ResponseCode code, in NetworkAddress client, bool udp, long now, bool echo)
    {
        var truncated = 0;
        if (udp && limiter is not null)
        {
            var limit = limiter.Check(client, KindOfErrors + (ulong)code, now);
            if (limit != RateVerdict.Send)
                Tally.CountLimited();
            if (limit == RateVerdict.Drop)
                return 0;
            truncated = limit == RateVerdict.Slip ? Protocol.FlagTruncated : 0;
        }

        Tally.CountAnswer(code);
        var at = Protocol.HeaderLength;
        if (echo)
        {
            query.Question.CopyTo(answer[at..]);
            at += query.Question.Length;
        }

        if (query.HasEdns)
            at += WriteEdns(answer[at..], query, code, scope: 0);
        var flags = Protocol.FlagResponse | (query.Flags & Protocol.RepeatedFlags) | truncated | ((int)code & Protocol.CodeMask);
        WriteHeader(answer, query.Id, flags, echo ? 1 : 0, 0, 0, query.HasEdns ? 1 : 0);
        return at;
    }

    private static int EdnsLength(in Query query) => !query.HasEdns ? 0 : Protocol.OptLength + (query.HasSubnet ? 4 + query.Subnet.Length : 0);

    private int WriteEdns(Span<byte> target, in Query query, ResponseCode code, int scope)
    {
        var subnet = query.HasSubnet ? 4 + query.Subnet.Length : 0;
        target[0] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(target[1..], (ushort)RecordType.OPT);
        BinaryPrimitives.WriteUInt16BigEndian(target[3..], (ushort)maxUdpAnswer);
        target[5] = (byte)((int)code >> 4);
        target[6] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(target[7..], query.DnssecOk ? Protocol.FlagDnssecOk : (ushort)0);
        BinaryPrimitives.WriteUInt16BigEndian(target[9..], (ushort)subnet);
        if (subnet > 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(target[Protocol.OptLength..], Protocol.OptionClientSubnet);
            BinaryPrimitives.WriteUInt16BigEndian(target[(Protocol.OptLength + 2)..], (ushort)query.Subnet.Length);
            query.Subnet.Write(target[(Protocol.OptLength + 4)..], scope);
        }

        return Protocol.OptLength + subnet;
    }

    private static void WriteHeader(Span<byte> answer, ushort id, int flags, int questions, int answers, int authorities, int additional)
    {
        BinaryPrimitives.WriteUInt16BigEndian(answer, id);
        BinaryPrimitives.WriteUInt16BigEndian(answer[2..], (ushort)flags);
        BinaryPrimitives.WriteUInt16BigEndian(answer[4..], (ushort)questions);
        BinaryPrimitives.WriteUInt16BigEndian(answer[6..], (ushort)answers);
        BinaryPrimitives.WriteUInt16BigEndian(answer[8..], (ushort)authorities);
        BinaryPrimitives.WriteUInt16BigEndian(answer[10..], (ushort)additional);
    }
}
