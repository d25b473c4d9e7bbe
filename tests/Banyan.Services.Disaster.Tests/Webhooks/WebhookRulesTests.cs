using Banyan.Cells.Webhooks;
using Banyan.Services.Disaster.Cap;
using Banyan.Services.Disaster.Geo;
using Banyan.Services.Disaster.Reach;
using Banyan.Services.Disaster.Webhooks;

namespace Banyan.Services.Disaster.Tests.Webhooks;

public class WebhookRulesTests
{
    [Fact]
    public void After_EachAttempt_GrowsToItsLimitAndSpreads()
    {
        Backoff.After(1, 0.5).ShouldBe(TimeSpan.FromSeconds(2));
        Backoff.After(2, 0.5).ShouldBe(TimeSpan.FromSeconds(6));
        Backoff.After(1, 0).ShouldBe(TimeSpan.FromSeconds(1.6));
        Backoff.After(1, 1).ShouldBe(TimeSpan.FromSeconds(2.4));
        Backoff.After(13, 0.5).ShouldBe(TimeSpan.FromHours(4));
        Backoff.After(1000, 0.5).ShouldBe(TimeSpan.FromHours(4));
        var all = TimeSpan.FromTicks(Enumerable.Range(1, Backoff.MaxAttempts - 1).Sum(n => Backoff.After(n, 0.5).Ticks));
        all.ShouldBeInRange(TimeSpan.FromHours(20), TimeSpan.FromHours(24));
    }

    /// <summary>The index against the plain way of asking everyone, with 20,000 subscribers of all kinds.</summary>
    [Fact]
    public void Match_ManySubscriptions_IsWhatAskingEachGives()
    {
        var random = new Random(11);
        var index = new SubscriptionIndex();
        var all = Enumerable.Range(0, 20_000).Select(i => new Subscription(Guid.CreateVersion7(), RandomInterest(random), WebhookFormat.CloudEvents)).ToList();
        all.ForEach(index.Add);
        foreach (var removed in all.Where((_, i) => i % 7 == 0))
            index.Remove(removed.Id);
        var left = all.Where((_, i) => i % 7 != 0).ToList();
        index.Count.ShouldBe(left.Count);

        for (var round = 0; round < 60; round++)
        {
            var reach = RandomReach(random);
            index.Match(reach).Select(s => s.Id).Order().ShouldBe(left.Where(s => s.Interest.Matches(reach)).Select(s => s.Id).Order());
        }
    }

    private static Interest RandomInterest(Random random) => random.Next(6) switch
    {
        0 => new Interest { MinSeverity = (CapSeverity)random.Next(5) },
        1 => new Interest { Geocodes = [new Geocode("FIPS6", random.Next(50).ToString(System.Globalization.CultureInfo.InvariantCulture))] },
        2 => new Interest { Shapes = [new GeoCircle(Point(random), random.Next(0, 800))], MinSeverity = (CapSeverity)random.Next(5) },
        _ => new Interest { Points = [Point(random)] },
    };

    private static AlertReach RandomReach(Random random) => new([.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => ((CapSeverity)random.Next(5), RandomArea(random)))]);

    private static Area RandomArea(Random random) => random.Next(8) switch
    {
        0 => Area.Everywhere,
        1 => new Area([], [new Geocode("FIPS6", random.Next(50).ToString(System.Globalization.CultureInfo.InvariantCulture))]),
        _ => new Area([new GeoCircle(Point(random), random.Next(1, 2000))], []),
    };

    private static GeoPoint Point(Random random) => new((random.NextDouble() * 180) - 90, (random.NextDouble() * 360) - 180);
}
