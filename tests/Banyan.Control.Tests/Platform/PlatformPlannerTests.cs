using System.Text.Json;
using Banyan.Blueprints.Access;
using Banyan.Control.Chain;
using Banyan.Control.Platform;
using Banyan.Control.Platform.Planning;

namespace Banyan.Control.Tests.Platform;

public class PlatformPlannerTests
{
    private readonly HashSet<int> _taken = [];
    private readonly Dictionary<string, string> _environment = [];
    private readonly HashSet<string> _running = [];

    [Fact]
    public void Plan_First_GivesEveryProcessAPortOfItsOwn()
    {
        var state = Plan(null).State;
        state.EntryPort.ShouldBe(8080);
        AllPorts(state).ShouldBeUnique();
        AllPorts(state).Count.ShouldBe(1 + 1 + 2 + 2 + 4 + 2);
        state.InstanceId.Length.ShouldBe(32);
        state.FindPartition("east")!.Databases.Select(d => d.Region).ShouldBe(["east", "west"]);
    }

    [Fact]
    public void Plan_Again_KeepsPortsInstanceEpochAndPrimary()
    {
        var first = Plan(null).State;
        first = first with { Partitions = [.. first.Partitions.Select(p => p.Name == "east" ? p with { Epoch = 3, Primary = "west" } : p)], PostgresMajor = 15 };
        var second = Plan(first);
        second.State.InstanceId.ShouldBe(first.InstanceId);
        second.State.PostgresMajor.ShouldBe(15);
        second.State.Regions.ShouldBe(first.Regions);
        var east = second.State.FindPartition("east")!;
        (east.Epoch, east.Primary).ShouldBe((3, "west"));
        east.Databases.Select(d => (d.Region, d.Port)).ShouldBe(first.FindPartition("east")!.Databases.Select(d => (d.Region, d.Port)), ignoreOrder: true);
        second.Notes.ShouldBeEmpty();
    }

    [Fact]
    public void Plan_InternalPortTaken_ChoosesAnotherAndSaysSo()
    {
        var first = Plan(null).State;
        var cell = first.Regions[0].CellPort;
        _taken.Add(cell);
        var second = Plan(first);
        second.State.Regions[0].CellPort.ShouldNotBe(cell);
        AllPorts(second.State).ShouldBeUnique();
        second.Notes.ShouldBe([$"port {cell} of the cell of east is taken by another program; it has {second.State.Regions[0].CellPort} now"]);
    }

    [Fact]
    public void Plan_PortTakenByOurOwnDatabase_KeepsIt()
    {
        var first = Plan(null).State;
        var port = first.FindPartition("east")!.Databases[1].Port!.Value;
        _taken.Add(port);
        _running.Add("east@west");
        Plan(first).State.FindPartition("east")!.Databases[1].Port.ShouldBe(port);
    }

    [Fact]
    public void Plan_EntryPortTaken_SaysWhichAndWhatToDo()
    {
        _taken.Add(8080);
        Should.Throw<PlatformException>(() => Plan(null)).Message.ShouldBe("port 8080 is taken by another program: stop it, or choose another port with --port");
        Plan(null, port: 9090).State.EntryPort.ShouldBe(9090);
    }

    [Fact]
    public void Plan_SeveralFrontDoors_KeepTheirPorts()
    {
        var first = Plan(null, frontDoors: 3).State;
        first.FrontDoors.Select(d => d.Name).ShouldBe(["front-door", "front-door-2", "front-door-3"]);
        first.FrontDoors[0].Port.ShouldBe(8080);
        AllPorts(first).Concat(first.FrontDoors.Skip(1).Select(d => d.Port)).ShouldBeUnique();
        Plan(first, frontDoors: 2).State.FrontDoors.ShouldBe(first.FrontDoors.Take(2));
        Plan(null).State.AllFrontDoors().ShouldBe([new FrontDoorState("front-door", 8080)]);
    }

    [Fact]
    public void Plan_AnotherPlatform_IsRefused()
    {
        var first = Plan(null).State with { Platform = "sankofa" };
        Should.Throw<PlatformException>(() => Plan(first)).Message.ShouldBe("/data holds the platform sankofa, not kai: name another folder with --data");
    }

    [Fact]
    public void Plan_ConnectionStringInEnvironment_TakesThePlaceOfPrivateInstances()
    {
        _environment["BANYAN_DATABASE_EAST"] = "Host=db.example.org";
        var plan = Plan(null);
        plan.State.FindPartition("east")!.Databases.ShouldHaveSingleItem().ShouldBe(new DatabaseState { Region = "east", CellPort = plan.State.FindRegion("east")!.CellPort, ConnectionFrom = "env:BANYAN_DATABASE_EAST" });
        plan.Notes.ShouldHaveSingleItem().ShouldContain("BANYAN_DATABASE_EAST");
    }

    [Fact]
    public void Plan_ConnectionInBlueprint_TakesThePlaceToo_AndTheEnvironmentWins()
    {
        var plan = Plan(null, connection: "file:/etc/east");
        plan.State.FindPartition("east")!.Databases.ShouldHaveSingleItem().ConnectionFrom.ShouldBe("file:/etc/east");
        _environment["BANYAN_DATABASE_EAST"] = "Host=db.example.org";
        Plan(plan.State, connection: "file:/etc/east").State.FindPartition("east")!.Databases.ShouldHaveSingleItem().ConnectionFrom.ShouldBe("env:BANYAN_DATABASE_EAST");
    }

    [Fact]
    public void Plan_ConnectionTakenAway_DoesNotBeginWithAnEmptyDatabase()
    {
        var first = Plan(null, connection: "file:/etc/east").State;
        Should.Throw<PlatformException>(() => Plan(first)).Message.ShouldStartWith("the database of east was given by file:/etc/east, and is not any more: give it again (set BANYAN_DATABASE_EAST,");
    }

    [Fact]
    public void Plan_StandbyGivenToo_IsAPairOfTwoRegions()
    {
        _environment["BANYAN_DATABASE_EAST"] = "Host=db.example.org";
        _environment["BANYAN_STANDBY_EAST"] = "Host=db2.example.org";
        var plan = Plan(null);
        var pair = plan.State.FindPartition("east")!.Databases;
        pair.Select(static d => (d.Region, d.Port, d.ConnectionFrom)).ShouldBe([("east", null, "env:BANYAN_DATABASE_EAST"), ("west", null, "env:BANYAN_STANDBY_EAST")]);
        pair.Select(static d => d.CellPort).Distinct().Count().ShouldBe(2);
        Plan(plan.State).State.FindPartition("east")!.Databases.ShouldBe(pair);
        plan.Notes.ShouldHaveSingleItem().ShouldContain("promotes the standby where the partition moves there");

        _environment.Remove("BANYAN_STANDBY_EAST");
        Should.Throw<PlatformException>(() => Plan(plan.State)).Message.ShouldStartWith("the standby of east was given by env:BANYAN_STANDBY_EAST, and is not any more: give it again (set BANYAN_STANDBY_EAST,");
    }

    [Fact]
    public void Plan_OnlyTheStandbyIsGiven_IsRefused()
    {
        _environment["BANYAN_STANDBY_EAST"] = "Host=db2.example.org";
        Should.Throw<PlatformException>(() => Plan(null)).Message.ShouldBe("the standby of east is given by env:BANYAN_STANDBY_EAST, but its database is Banyan's own: give both (set BANYAN_DATABASE_EAST too), or neither");
    }

    [Fact]
    public void Plan_RegionGone_SaysThatItsDataStays()
    {
        var first = Plan(null).State;
        first = first with { Regions = [.. first.Regions, first.Regions[0] with { Name = "north" }] };
        Plan(first).Notes.ShouldBe(["north: not in the blueprint any more, or not chosen; its databases stay in /data and do not run"]);
    }

    [Fact]
    public void Plan_Etcd_HasThreeMembersThatKeepTheirPorts()
    {
        var first = Plan(null, consensus: "etcd").State;
        first.Consensus!.Kind.ShouldBe("etcd");
        first.Consensus.Members.Select(m => m.Name).ShouldBe(["consensus-1", "consensus-2", "consensus-3"]);
        var ports = AllPorts(first).Concat(first.Consensus.Members.Select(m => m.PeerPort!.Value)).ToList();
        ports.ShouldBeUnique();
        Plan(first).State.Consensus!.Members.ShouldBe(first.Consensus.Members);

        _taken.Add(first.Consensus.Members[1].Port);
        var moved = Plan(first, consensus: "etcd").State.Consensus!.Members;
        moved[1].Port.ShouldNotBe(first.Consensus.Members[1].Port);
        ports.ShouldNotContain(moved[1].Port);
        moved[1].PeerPort.ShouldBe(first.Consensus.Members[1].PeerPort);
    }

    [Fact]
    public void Plan_EtcdPeerPortTaken_IsRefused()
    {
        var first = Plan(null, consensus: "etcd").State;
        var peer = first.Consensus!.Members[2].PeerPort!.Value;
        _taken.Add(peer);
        Should.Throw<PlatformException>(() => Plan(first)).Message.ShouldBe($"port {peer}, by which the other members of etcd know consensus-3, is taken by another program: stop it");
    }

    [Fact]
    public void Plan_AnotherKindOfConsensus_IsRefused()
    {
        var first = Plan(null).State;
        first.Consensus!.Kind.ShouldBe("single");
        Plan(first, consensus: "single").State.Consensus!.Members.ShouldBe(first.Consensus.Members);
        Should.Throw<PlatformException>(() => Plan(first, consensus: "etcd")).Message.ShouldBe("/data keeps its epochs in a consensus store of kind single, not etcd: leave --consensus out, or name another folder with --data");
        Plan(first with { Consensus = null }, consensus: "etcd").State.Consensus!.Kind.ShouldBe("etcd");
    }

    [Fact]
    public void Plan_WithoutNetworks_HasEverythingOnTheLoopback()
    {
        var state = Plan(Plan(null, networks: new NetworksState("198.18.7")).State).State;
        state.Networks.ShouldBeNull();
        state.Regions.ShouldAllBe(r => r.Address == "127.0.0.1");
        state.Consensus!.Members.ShouldAllBe(m => m.Host == "127.0.0.1");
    }

    [Fact]
    public void Plan_WithNetworks_GivesEachRegionAnAddressThatItKeeps()
    {
        var networks = new NetworksState("198.18.7");
        var first = Plan(null, networks: networks).State;
        first.Networks.ShouldBe(networks);
        first.Regions.Select(r => r.Address).ShouldBe(["198.18.7.11", "198.18.7.12"]);
        first.Consensus!.Members.ShouldAllBe(m => m.Host == "198.18.7.1");
        var turned = first with { Regions = [first.Regions[0] with { Address = "198.18.7.12" }, first.Regions[1] with { Address = "198.18.7.99" }] };
        Plan(turned, networks: networks).State.Regions.Select(r => r.Address).ShouldBe(["198.18.7.12", "198.18.7.99"]);
        Plan(first with { Regions = [first.Regions[1] with { Address = "198.18.7.11" }] }, networks: networks).State.Regions.Select(r => r.Address).ShouldBe(["198.18.7.12", "198.18.7.11"]);
        Plan(first, networks: new NetworksState("198.19.0")).State.Regions.Select(r => r.Address).ShouldBe(["198.19.0.11", "198.19.0.12"]);
    }

    [Fact]
    public void Plan_Access_IsWrittenIntoTheStateAndReadBack()
    {
        var access = StandardAccess.Model with { Rules = [new() { Name = "kyc", Effect = AccessEffect.Deny, Actions = ["*.stakes.place"], When = [new() { Attribute = AccessAttribute.Amount, Above = 10_000 }, new() { Attribute = AccessAttribute.Jurisdiction, SameAsPartner = false }] }, .. StandardAccess.Model.Rules] };
        var folder = Directory.CreateTempSubdirectory("banyan-access-");
        try
        {
            var data = new DataFolder(folder.FullName);
            PlatformStateFile.Write(data, Plan(null, access: access).State);
            var read = PlatformStateFile.Read(data)!.Access.ShouldNotBeNull();
            JsonSerializer.Serialize(read, AccessModelJson.Default.AccessModel).ShouldBe(JsonSerializer.Serialize(access, AccessModelJson.Default.AccessModel));
            AccessPolicy.Compile(read).Decide(new() { Kind = AccessKind.Staff, Action = "votes.stakes.place", Amount = 10_001 }).Rule.ShouldBe("kyc");
            PlatformStateFile.Write(data, Plan(null).State);
            PlatformStateFile.Read(data)!.Access.ShouldBeNull("a folder of before has none");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Plan_AChain_KeepsItsPortAndItsContracts_AndAnotherChainBeginsAnew()
    {
        var first = Plan(null, chain: new PlannedChain(4711, [], 10, 1)).State.Chain.ShouldNotBeNull();
        first.ShouldSatisfyAllConditions(c => c.Port.ShouldNotBeNull(), c => c.IsLocal.ShouldBeTrue(), c => c.BlockSeconds.ShouldBeNull("a block when there is something to put in"));
        var made = first with { Contracts = new ContractAddresses("0x1", "0x2", "0x3", "0x4") };
        var before = Plan(null).State with { Chain = made };

        Plan(before, chain: new PlannedChain(4711, [], 5, 3)).State.Chain!.ShouldSatisfyAllConditions(
            c => c.Port.ShouldBe(first.Port), c => c.Contracts.ShouldBe(made.Contracts), c => c.EverySeconds.ShouldBe(5), c => c.BlockSeconds.ShouldBe(2, "blocks that are waited for must come"));
        Plan(before, chain: new PlannedChain(4712, ["https://node.example.org"], 5, 3)).State.Chain!.ShouldSatisfyAllConditions(c => c.Port.ShouldBeNull(), c => c.Contracts.ShouldBeNull());
        Plan(before).State.Chain.ShouldBeNull();
    }

    private PlatformPlan Plan(PlatformState? previous, int? port = null, string? connection = null, int frontDoors = 1, string? consensus = null, NetworksState? networks = null, AccessModel? access = null, PlannedChain? chain = null)
    {
        var planned = new PlannedPlatform("kai", [new() { Name = "east", Tier = "core", Standby = "west", Connection = connection }, new() { Name = "west", Tier = "core", Standby = "east" }], [], new Dictionary<string, string>()) { Access = access, Chain = chain };
        return new PlatformPlanner(p => !_taken.Contains(p), (partition, region) => _running.Contains($"{partition}@{region}"), _environment.GetValueOrDefault, 7)
            .Plan(planned, previous, "/data", port, 6, frontDoors, consensus, networks);
    }

    private static List<int> AllPorts(PlatformState state) =>
        [state.EntryPort, .. state.Regions.SelectMany(r => new[] { r.CellPort, r.KeeperPort }), .. state.Partitions.SelectMany(p => p.Databases).Select(d => d.Port!.Value),
            .. state.Partitions.SelectMany(p => p.Databases.Where(d => d.Region != p.Name)).Select(d => d.CellPort), .. state.Consensus!.Members.Select(m => m.Port)];
}
