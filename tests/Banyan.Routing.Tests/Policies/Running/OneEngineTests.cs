using System.Net;
using Banyan.Routing.Dns;
using Banyan.Routing.Dns.Platform;
using Banyan.Routing.Dns.Zones;
using Banyan.Routing.Entry;
using Banyan.Routing.Policies;
using Banyan.Routing.Policies.Places;
using Banyan.Routing.Policies.Running;
using Banyan.Routing.Policies.Shifts;
using Banyan.Routing.Tests.Entry;
using Banyan.Routing.Tests.Policies.Shifts;

namespace Banyan.Routing.Tests.Policies.Running;

/// <summary>The HTTP entry and the name server choose alike. All chance comes from the seed.</summary>
public class OneEngineTests
{
    private static readonly string[] Countries = ["KE", "NG", "ZA", "EG", "US", "DE"];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    /// <summary>For any policies, shifts, outages and networks: a request goes where the name server would have sent whoever sent it.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Choose_SameFacts_DnsAndHttpGiveTheSameRegion(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 20; round++)
        {
            var (set, _) = PolicyPropertyTests.RandomPolicies(random);
            var map = new EntryMap(set.Targets.Select((t, i) => new EntryRegion { Name = t.Name, Address = "http://127.0.0.1:1", At = t.At, Availability = i == 0 || random.Next(3) > 0 ? RegionAvailability.Serving : RegionAvailability.Down }));
            var time = new ManualTime();
            var state = new PolicyState(new EntryState(map), PolicySource.Nearest(set.Targets), time);
            state.Use(set, random.Next(4) == 0 ? PlaceTable.Empty : new PlaceTable(Enumerable.Range(0, random.Next(1, 20)).Select(_ => Place(random))));
            state.Follow([.. RandomShifts(random, set)]);
            var now = state.Current;
            var names = new RegionChooser(now.Model, PlaceTable.Empty, new PlatformFactsState(new PlatformFacts(now.Names, [true]) { Model = now.Model, Places = now.Places }));
            for (var i = 0; i < 50; i++)
            {
                var address = Address(random);
                var byName = names.Choose(new AnswerClient(NetworkAddress.Of(address), 32)).Alternative;
                var byRequest = RegionChoice.Make(new RequestFacts(null, "/x", "localhost", null, address), now);
                byRequest.Region!.Name.ShouldBe(set.Targets[byName].Name, $"seed {seed}, round {round}, {address}");
                byRequest.Region.ShouldBe(now.Map.Find(byRequest.Region.Name));
                if (now.Requests.Targets.Any(static t => t.Well) && !now.Choose(address, null).NothingWell)
                    byRequest.Region.Availability.ShouldBe(RegionAvailability.Serving);
            }
        }
    }

    [Fact]
    public void Choose_NobodysFactsMatter_IsPreparedForEveryone()
    {
        var map = Map(("a", RegionAvailability.Down), ("b", RegionAvailability.Serving), ("c", RegionAvailability.Serving));
        var state = Snapshots.StateOf(map);
        map.Regions[state.Current.Everyone!.Value.Target].Name.ShouldBe("b");
        state.Use(BlueprintPolicies.Nearest([new("a"), new("b"), new("c")]), new PlaceTable([Place(new Random(1))]));
        state.Current.Everyone.ShouldBeNull("where a client is may matter now");
        state.Use(Weighted(("a", 1), ("b", 1), ("c", 1)), PlaceTable.Empty);
        state.Current.Everyone.ShouldBeNull("who a client is matters");
    }

    [Fact]
    public void Current_MapChanges_IsNeverOlderThanTheMap()
    {
        var entry = new EntryState(Map(("a", RegionAvailability.Serving), ("b", RegionAvailability.Serving)));
        var state = new PolicyState(entry, Snapshots.SourceOf(entry.Current), new ManualTime());
        state.Use(new PolicySet([new("a"), new("b")], [new Policy { Name = "order", Kind = PolicyKind.Failover, Branches = [new("a"), new("b")] }], "order"), PlaceTable.Empty);
        Chosen(state).ShouldBe("a");
        entry.Set("a", RegionAvailability.Down);
        Chosen(state).ShouldBe("b");
        entry.Set("b", RegionAvailability.Down);
        entry.Set("a", RegionAvailability.Moving);
        Chosen(state).ShouldBe("a", "it is the one that will serve soonest");
        RegionChoice.Make(new RequestFacts(null, "/x", "h", null), state.Current).Refusal.ShouldBe(RegionRefusal.NoneServing);
    }

    [Fact]
    public void Current_RegionMoves_RequestsGoElsewhereAndNamesStay()
    {
        var entry = new EntryState(Map(("a", RegionAvailability.Serving), ("b", RegionAvailability.Serving)));
        var state = new PolicyState(entry, Snapshots.SourceOf(entry.Current), new ManualTime());
        entry.Set("a", RegionAvailability.Moving);
        state.Current.Names.Targets[0].ShouldBe(TargetFacts.AllOfIt);
        state.Current.Requests.Targets[0].ShouldBe(TargetFacts.Lost);
        entry.Set("a", RegionAvailability.Serving);
        state.Current.Requests.Targets[0].ShouldBe(TargetFacts.AllOfIt, "it was never lost");
    }

    [Fact]
    public void Current_OnlyOneLeftAndItFlaps_IsTakenAllTheSame()
    {
        var entry = new EntryState(Map(("a", RegionAvailability.Serving), ("b", RegionAvailability.Down)));
        var state = new PolicyState(entry, Snapshots.SourceOf(entry.Current), new ManualTime());
        for (var i = 0; i < 5; i++)
        {
            entry.Set("a", RegionAvailability.Down);
            state.Look();
            entry.Set("a", RegionAvailability.Serving);
            state.Look();
        }

        state.Current.Requests.Targets.ShouldBe([TargetFacts.AllOfIt, TargetFacts.Lost]);
        entry.Set("b", RegionAvailability.Serving);
        state.Current.Requests.Targets.ShouldBe([TargetFacts.Lost, TargetFacts.AllOfIt], "it must be well for a while first");
    }

    [Fact]
    public void ClientOf_NamedClient_StaysWhereverItComesFrom()
    {
        var state = Snapshots.StateOf(Map(("a", RegionAvailability.Serving), ("b", RegionAvailability.Serving)));
        state.Use(Weighted(("a", 1), ("b", 1)), PlaceTable.Empty);
        var now = state.Current;
        var (here, there) = (IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1"));
        for (var i = 0; i < 200; i++)
            now.Choose(here, $"resident {i}").ShouldBe(now.Choose(there, $"resident {i}"));
        Enumerable.Range(0, 2_000).Count(i => now.Choose(here, $"resident {i}").Target == 0).ShouldBeInRange(900, 1_100);
        now.ClientOf(here, new string('x', PolicySnapshot.LongestClient + 1)).ShouldBe(now.ClientOf(here, null), "too long to count");
        now.ClientOf(IPAddress.Parse("::ffff:192.0.2.77"), "").ShouldBe(now.ClientOf(here, null), "one network");
    }

    [Fact]
    public void Choose_AnyRequest_AllocatesNothing()
    {
        var state = Snapshots.StateOf(Map(("a", RegionAvailability.Serving), ("b", RegionAvailability.Serving)));
        state.Use(Weighted(("a", 1), ("b", 1)), new PlaceTable([Place(new Random(2))]));
        var facts = new RequestFacts(null, "/x", "localhost", null, IPAddress.Parse("::ffff:192.0.2.1"), "someone");
        Choose();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            Choose();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Choose() => RegionChoice.Make(facts, state.Current).Region.ShouldNotBeNull();
    }

    [Fact]
    public void Constructor_OtherTargetsThanRegions_Throws() =>
        Should.Throw<ArgumentException>(() => new PolicyState(new EntryState(Map(("a", RegionAvailability.Serving))), PolicySource.Nearest([new("b")]), TimeProvider.System));

    private static string Chosen(PolicyState state) => RegionChoice.Make(new RequestFacts(null, "/x", "h", null), state.Current).Region!.Name;

    private static EntryMap Map(params (string Name, RegionAvailability Availability)[] regions) => new(regions.Select(static r => new EntryRegion { Name = r.Name, Address = "http://127.0.0.1:1", Availability = r.Availability }));

    private static PolicySet Weighted(params (string To, double Share)[] shares) => new([.. shares.Select(static s => new PolicyTarget(s.To))], [ShiftSets.Weighted("w", shares)], "w");

    private static IEnumerable<ShiftRecord> RandomShifts(Random random, PolicySet set)
    {
        foreach (var policy in set.Policies.Where(_ => random.Next(2) == 0))
        {
            var request = new ShiftRequest(policy.Name, set.Targets[random.Next(set.Targets.Length)].Name) { By = "test", Plan = new ShiftPlan { From = "", To = "" }, From = policy.Branches[random.Next(policy.Branches.Length)].To };
            if (ShiftStart.Make(set, null, request, policy.Name, DateTimeOffset.UnixEpoch, out _) is { } shift)
                yield return shift with { State = shift.State with { Step = random.Next(shift.Plan.Steps.Length), Phase = (ShiftPhase)random.Next(3) } };
        }
    }

    private static NetworkPlace Place(Random random)
    {
        var prefix = random.Next(4, 25);
        return new NetworkPlace(NetworkAddress.Of(Address(random)).Prefix(prefix), prefix, PolicyModelTests.Country(Countries[random.Next(Countries.Length)]), random.Next(2) == 0 ? null : new GeoPoint((random.NextDouble() * 180) - 90, (random.NextDouble() * 360) - 180));
    }

    private static IPAddress Address(Random random) => new([(byte)random.Next(1, 224), (byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)]);
}
