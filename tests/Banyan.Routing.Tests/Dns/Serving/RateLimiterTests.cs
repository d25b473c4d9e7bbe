using System.Net;
using Banyan.Routing.Dns;
using Banyan.Routing.Dns.Records;
using Banyan.Routing.Dns.Serving;
using Banyan.Routing.Dns.Wire;

namespace Banyan.Routing.Tests.Dns.Serving;

public class RateLimiterTests
{
    private const long Second = 1_000;
    private static readonly NetworkAddress Client = Of("198.51.100.7");

    [Fact]
    public void Check_SteadyRate_IsNeverLimited()
    {
        var limiter = Limiter(new RateLimitOptions { AnswersPerSecond = 10 });
        for (var i = 0; i < 1_000; i++)
            limiter.Check(Client, 1, i * Second / 10).ShouldBe(RateVerdict.Send);
    }

    [Fact]
    public void Check_Flood_GetsTheBurstAndThenTheRate()
    {
        var limiter = Limiter(new RateLimitOptions { AnswersPerSecond = 10, BurstSeconds = 2, Slip = 0 });
        Enumerable.Range(0, 100).Count(_ => limiter.Check(Client, 1, 0) == RateVerdict.Send).ShouldBe(20);
        Enumerable.Range(1, 1_000).Count(i => limiter.Check(Client, 1, i) == RateVerdict.Send).ShouldBe(10, "in the next second");
        Enumerable.Range(0, 100).Count(_ => limiter.Check(Client, 1, 10 * Second) == RateVerdict.Send).ShouldBe(20, "after a rest");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 80)]
    [InlineData(2, 40)]
    [InlineData(4, 20)]
    public void Check_Limited_SlipsEachNth(int slip, int slipped)
    {
        var limiter = Limiter(new RateLimitOptions { AnswersPerSecond = 10, Slip = slip });
        Enumerable.Range(0, 100).Count(_ => limiter.Check(Client, 1, 0) == RateVerdict.Slip).ShouldBe(slipped);
    }

    [Fact]
    public void Check_SameNetwork_SharesTheRate()
    {
        var limiter = Limiter(new RateLimitOptions { AnswersPerSecond = 10, Slip = 0 });
        foreach (var (one, other, same) in ((string, string, bool)[])[("192.0.2.1", "192.0.2.200", true), ("203.0.113.1", "203.0.112.1", false), ("2001:db8:0:1200::1", "2001:db8:0:12ff::2", true), ("2001:db8:1:1300::1", "2001:db8:1:1400::1", false)])
        {
            for (var i = 0; i < 20; i++)
                limiter.Check(Of(one), 1, 0).ShouldBe(RateVerdict.Send);
            limiter.Check(Of(other), 1, 0).ShouldBe(same ? RateVerdict.Drop : RateVerdict.Send, one);
            limiter.Check(Of(one), 2, 0).ShouldBe(RateVerdict.Send, "another answer");
        }
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.8.8")]
    [InlineData("::1")]
    public void Check_Loopback_IsExemptIfAsked(string client)
    {
        var exempt = Limiter(new RateLimitOptions { AnswersPerSecond = 1, Slip = 0 });
        Enumerable.Range(0, 100).ShouldAllBe(_ => exempt.Check(Of(client), 1, 0) == RateVerdict.Send);
        var all = Limiter(new RateLimitOptions { AnswersPerSecond = 1, Slip = 0, ExemptLoopback = false });
        Enumerable.Range(0, 100).Count(_ => all.Check(Of(client), 1, 0) == RateVerdict.Send).ShouldBe(2);
    }

    [Fact]
    public void Check_ManyForgedNetworks_DoNotFreeTheVictim()
    {
        var limiter = Limiter(new RateLimitOptions { AnswersPerSecond = 10, Slip = 0 });
        var sent = 0;
        for (var i = 0; i < 200_000; i++)
        {
            limiter.Check(NetworkAddress.OfIPv4((uint)i << 8), 1, 0);
            if (limiter.Check(Client, 1, 0) == RateVerdict.Send)
                sent++;
        }

        // an entry that owes the most is forgotten last
        sent.ShouldBeLessThanOrEqualTo(40);
    }

    [Fact]
    public void Answer_Flood_IsLimitedByKindOfAnswer()
    {
        var responder = new Responder(1232, Limiter(new RateLimitOptions { AnswersPerSecond = 5, BurstSeconds = 1, Slip = 2 }));
        // random names that don't exist are one kind of answer; so is every refusal, and every malformed query
        foreach (var (queries, code) in ((Func<int, byte[]>, ResponseCode)[])[(static i => TestZone.Question($"r{i}.example.test", RecordType.A).Write(), ResponseCode.NameError), (static i => TestZone.Question($"r{i}.other.test", RecordType.A).Write(), ResponseCode.Refused), (static _ => new byte[12], ResponseCode.FormatError)])
        {
            var answers = Enumerable.Range(0, 25).Select(i => Ask(responder, queries(i))).OfType<DnsMessage>().ToList();
            answers.ShouldAllBe(a => a.Code == code);
            answers.Count(static a => !a.Truncated).ShouldBe(5);
            answers.Count(static a => a.Truncated).ShouldBe(10);
            answers.Where(static a => a.Truncated).ShouldAllBe(static a => a.Authorities.IsEmpty);
        }

        responder.Tally.Read().Limited.ShouldBe(60);
        Ask(responder, TestZone.Question("www.example.test", RecordType.A).Write())!.Answers.Length.ShouldBe(2);
        Enumerable.Range(0, 100).ShouldAllBe(_ => Ask(responder, TestZone.Question("www.example.test", RecordType.TXT).Write(), udp: false)!.Answers.Length == 1, "not over TCP");
    }

    private static DnsMessage? Ask(Responder responder, byte[] packet, bool udp = true)
    {
        var answer = new byte[Protocol.MaxMessage];
        var length = responder.Answer(TestZone.Table, packet, answer, Client, udp, 0);
        return DnsMessage.TryRead(answer.AsSpan(0, length), out var message) ? message : null;
    }

    private static RateLimiter Limiter(RateLimitOptions options) => new(options, Second, threads: 1);

    private static NetworkAddress Of(string address) => NetworkAddress.Of(IPAddress.Parse(address));
}
