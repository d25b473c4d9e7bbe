using Banyan.Blueprints.Model;
using Banyan.Blueprints.Reading;

namespace Banyan.Blueprints.Tests.Model;

/// <summary>Figures of the five plans, as their blueprints carry them.</summary>
public class FactsTests
{
    [Fact]
    public void Kai_Figures_AreThoseOfThePlan()
    {
        var kai = Read("kai");

        Said(kai.Objectives!.Rto, kai.Objectives.Rpo, kai.Objectives.AlertLatency).ShouldBe("15m 1h 1s");
        Said(kai.Demand!.Residents, kai.Demand.Concurrent, kai.Demand.Requests, kai.Demand.Stored, kai.Demand.Readings).ShouldBe("2G 100M 10M/s 100PB+ 10M/s");
        kai.Regions.Select(r => $"{r.Key} {r.Value.At} {r.Value.Jurisdiction} {r.Value.Residents}").ShouldBe(
            ["east-africa Nairobi KE 500M", "west-africa Lagos NG 500M", "north-africa Cairo EG 300M", "south-africa Johannesburg ZA 150M", "central-africa Kinshasa CD 150M"]);
        kai.Regions["east-africa"].Countries.ShouldBe(["KE", "TZ", "ET", "UG"]);
        kai.Gateway!.Instances.ToString().ShouldBe("10..1K");
        kai.Services.Values.Where(s => s.Groups.Contains("pillar")).Select(s => $"{s.Name} {s.Instances} {s.ScaleWhen[0]}").ShouldBe(
        [
            "governance 5..50 cpu > 70%", "law 5..50 cpu > 70%", "agriculture 10..200 cpu > 70%", "health 8..150 cpu > 70%", "ai 5..100 gpu > 60%", "disaster 15..500 cpu > 60%", "climate 5..100 cpu > 70%",
        ]);
        var accounts = kai.Stores["accounts"];
        Said(accounts.Nodes, accounts.NodeStorage, accounts.Partitions, accounts.Backup!.Every, accounts.Backup.Keep, accounts.Failover!.By[0]).ShouldBe("3 1TB 5 1h 30d patroni");
        Said(kai.Stores["readings"].Ingest, kai.Stores["readings"].Keep, kai.Stores["readings"].Backup!.Every).ShouldBe("10M/s+ 1y 1d");
        Said(kai.Stores["documents"].Nodes, kai.Stores["documents"].Backup!.Keep).ShouldBe("3 90d");
        Said(kai.Stores["cache"].Nodes, kai.Stores["cache"].Masters, kai.Stores["cache"].Replicas, kai.Stores["cache"].NodeMemory, kai.Stores["cache"].Eviction).ShouldBe("6 3 3 8GB lru");
        Said(kai.Stores["events"].Nodes, kai.Stores["events"].ReplicationFactor, kai.Stores["events"].Keep).ShouldBe("5 3 7d");
        kai.Deployment!.NodePools.Values.Select(p => $"{p.Name} {p.Count} {p.Machine} {p.Autoscale}").ShouldBe(
            ["api 20 n2-standard-8 10..100", "database 9 n2-highmem-16 ", "ai-gpu 5 a2-highgpu-1g 2..20", "monitoring 3 n2-standard-4 "]);
        kai.Monitoring!.Alerts.Values.Count(a => a.Severity == AlertSeverity.Critical).ShouldBe(4);
        kai.Compliance!.KnowYourCustomer["stakes"].ToString().ShouldBe("$10,000");
        var prices = kai.Prices!.EachRegion!;
        prices.Items.Values.Sum(i => i.Price!.Value.Low.Amount).ShouldBe(prices.Total!.Value.Low.Amount);
        Said(prices.Total, kai.Prices.Total, prices.Items["objects"].Amount, prices.Items["kubernetes"].Nodes).ShouldBe("$46,000/month $230,000/month 100TB 50");
        Said(kai.Failover!.Region!.Mode, kai.Failover.Region.NeedsPeople, kai.Failover.Database!.Mode).ShouldBe("Manual True Automatic");
    }

    [Fact]
    public void Sankofa_Figures_AreThoseOfThePlan()
    {
        var sankofa = Read("sankofa");

        sankofa.CountSites().ShouldBe(325);
        sankofa.AllSites().GroupBy(s => s.Tier).ToDictionary(g => g.Key, g => g.Count()).ShouldBe(new Dictionary<Tier, int> { [Tier.Core] = 12, [Tier.Regional] = 63, [Tier.Edge] = 250 }, ignoreOrder: true);
        sankofa.Sites.Select(s => $"{s.Key} {s.Value.Count}").ShouldBe(["core 10..15", "regional 50..75", "edge 250+"]);
        sankofa.Tiers.Values.Select(t => Said(t.Tier, t.Objectives!.Availability, t.Objectives.Rto, t.Objectives.Latency["user"], t.Failover!.Mode)).ShouldBe(
            ["Core 99.99% 4h 100ms Manual", "Regional 99.9% 1h 50ms Automatic", "Edge 99.5%  10ms Neighbour"]);
        var core = sankofa.Tiers["core"];
        Said(core.Active, core.Standby, core.BackupFactor, core.Storage["chain-state"], core.Storage["application"], core.Storage["objects"], core.Links[0].Bandwidth).ShouldBe("3+ 2 2 50TB..100TB 500TB..1PB 5PB..10PB 100Gbps+");
        core.Failover!.Approvals.ShouldBe(["governance-board"]);
        var regional = sankofa.Tiers["regional"];
        Said(regional.Redundancy, regional.Storage["primary"], regional.Storage["objects"], regional.Storage["chain-cache"], regional.Links[0].Bandwidth).ShouldBe("NPlusOne 100TB..500TB 200TB..1PB 10TB..20TB 10Gbps..40Gbps");
        sankofa.Sites["edge"].Storage["local"].ToString().ShouldBe("40TB..200TB");
        Said(sankofa.Objectives!.Rpo, sankofa.Objectives.EachRegion!.Throughput["requests"], sankofa.Objectives.EachRegion.Throughput["iops"]).ShouldBe("15m 100K/s 100K/s");
        var chain = sankofa.Chain!;
        chain.Consensus.ShouldBe([ConsensusKind.ProofOfAuthority, ConsensusKind.ProofOfStake]);
        chain.Nodes.Values.Select(n => Said(n.Role, n.Tier, n.PerSite, n.Resources?.Memory)).ShouldBe(["Validator Core 3..5 64GB..128GB", "Replica Regional 2..3 32GB..64GB", "Light Edge  "]);
        Said(chain.Copies, chain.Objectives!.Throughput["transactions"], chain.Objectives.Latency["query"], chain.Objectives.Availability, chain.Backup!.Keep).ShouldBe("3+ 1K/s 200ms 99.99% 7y");
        (chain.Access, chain.Permissions!.Nodes, chain.At.Count, chain.Anchoring!.Every!.Value.Value.TotalSeconds, chain.Anchoring.Confirmations).ShouldBe((ChainAccess.Permissioned, ChainPermission.Listed, 0, 10, 1));
        sankofa.Compliance!.Standards.Keys.ShouldBe(["soc-2", "iso-27001", "gdpr", "ccpa", "sox", "hipaa", "pci-dss"]);
    }

    [Fact]
    public void Kaldrix_Figures_AreThoseOfThePlan()
    {
        var kaldrix = Read("kaldrix");

        Said(kaldrix.Objectives!.Rpo, kaldrix.Objectives.Rto, kaldrix.Objectives.Mttr, kaldrix.Objectives.Availability).ShouldBe("5m 15m 30m 99.99%");
        kaldrix.Regions.Values.Select(r => Said(r.Name, r.Role, r.Share, r.Capacity!.Level, r.TakesOver)).ShouldBe(
            ["us-east-1 Primary 70% Full ", "us-west-2 Secondary 20% Reduced 100%", "eu-west-1 Secondary 10% Minimal 100%"]);
        kaldrix.Routing!.Policies.Values.Select(p => p.Kind).ShouldBe([RoutingKind.Latency, RoutingKind.Weighted, RoutingKind.Failover, RoutingKind.Geographic]);
        kaldrix.Routing.Precedence.ShouldBeEmpty();
        kaldrix.Routing.Policies["capacity"].Shares.Values.Sum(s => s.Percent).ShouldBe(100);
        Said(kaldrix.Routing.StaticAddresses, kaldrix.Routing.EdgeLocations).ShouldBe("2 400+");
        var accounts = kaldrix.Stores["accounts"];
        Said(accounts.Primary, accounts.Replication!.Mode, accounts.Replication.Copies).ShouldBe("us-east-1 Asynchronous 1");
        accounts.Replication.To.ShouldBe(["us-west-2", "eu-west-1"]);
        kaldrix.Compliance!.Standards.Keys.ShouldBe(["soc-2", "iso-27001", "gdpr", "hipaa"]);
        kaldrix.Deployment!.Strategies.ShouldBe([DeploymentStrategy.BlueGreen, DeploymentStrategy.Canary, DeploymentStrategy.Rolling]);
    }

    [Fact]
    public void Kinexus_Figures_AreThoseOfThePlan()
    {
        var kinexus = Read("kinexus");

        Said(kinexus.Objectives!.Rto, kinexus.Objectives.Rpo, kinexus.Regions["us-east-1"].Zones, kinexus.Network!.Addresses).ShouldBe("2h 1h 3 10.0.0.0/16");
        var api = kinexus.Services["api"];
        Said(api.Instances, api.Resources!.Cpu, api.Resources.Memory, api.HealthPath).ShouldBe("2..10 1 2GB /health");
        var database = kinexus.Stores["database"];
        Said(database.Engines[0], database.Machine, database.NodeStorage, database.MultiZone, database.Backup!.Every, database.Backup.Keep, database.Backup.PointInTime).ShouldBe("postgresql 15.4 db.t3.medium 100GB..1TB True 1d 7d True");
        Said(kinexus.Stores["cache"].Nodes, kinexus.Stores["cache"].Machine, kinexus.Stores["cache"].Backup!.Keep).ShouldBe("1 cache.t3.micro 5d");
        Said(kinexus.Gateway!.Listeners["http"], kinexus.Gateway.Listeners["https"]).ShouldBe("80 443");
        foreach (var (stack, total) in new[] { (kinexus, "$500/month..$1,850/month"), (kinexus.As("mvp")!, "$30/month..$135/month") })
        {
            var list = stack.Prices!.Platform!;
            list.Total.ToString().ShouldBe(total);
            list.Items.Values.Sum(i => i.Price!.Value.Low.Amount).ShouldBe(list.Total!.Value.Low.Amount);
            list.Items.Values.Sum(i => i.Price!.Value.High!.Value.Amount).ShouldBe(list.Total.Value.High!.Value.Amount);
        }

        kinexus.Deployment!.Environments.Values.Select(e => Said(e.Name, e.Variant, e.Debug, e.LogLevel)).ShouldBe(["development mvp True debug", "staging  False info", "production  False warning"]);
    }

    [Fact]
    public void Codai_Figures_AreThoseOfThePlan()
    {
        var codai = Read("codai");

        Said(codai.Objectives!.Rto, codai.Objectives.Rpo, codai.Demand!.PeakFactor).ShouldBe("1h 15m 10");
        codai.Declares!.Services.Single().ToString().ShouldBe("40");
        codai.Declares.Groups["core"].Single().ToString().ShouldBe("11");
        codai.Services.Values.Count(s => s.Groups.Contains("core")).ShouldBe(11);
        codai.Services.Values.Where(s => s.Groups.Contains("core")).Select(s => s.Port!.Value).Order().ShouldBe(Enumerable.Range(3000, 11));
        codai.Services.Values.Where(s => s.Groups.Contains("supporting")).Select(s => s.Port!.Value).Order().ShouldBe(Enumerable.Range(4000, 18));
        codai.Services.Values.Where(s => s.Priority is not null).GroupBy(s => s.Priority!.Value).OrderBy(g => g.Key).Select(g => g.Count()).ShouldBe([3, 4, 4]);
        codai.Services.Values.Where(s => s.Size is not null).GroupBy(s => s.Size!).Select(g => Said(g.Key, codai.Sizes[g.Key].Cpu, codai.Sizes[g.Key].Memory, g.Count())).ShouldBe(["high 2 4GB 3", "medium 1 2GB 4", "standard 500m 1GB 4"]);
        codai.NeedsOf(codai.Services["codai"]).Count().ShouldBe(28);
        (codai.Services["bancai"].Needs.Contains("wallet"), codai.Services["wallet"].Needs.Contains("bancai")).ShouldBe((true, true));
        Said(codai.Deployment!.Orchestrator!.Engines[0], codai.Deployment.Orchestrator.Features[0]).ShouldBe("kubernetes 1.28+ pod-security-policies");
        Said(codai.Backups["databases"].Every, codai.Backups["databases"].PointInTime).ShouldBe("1d True");
        Said(codai.Stores["transactions"].Engines[0], codai.Stores["sessions"].Engines[0], codai.Stores["documents"].Engines[0], codai.Stores["logs"].Engines[0]).ShouldBe("postgresql 15 redis 7 mongodb 7 elasticsearch 8");
        Said(codai.Compliance!.Standards["soc-2"].Type, codai.Compliance.Standards["soc-2"].Status).ShouldBe("2 Audited");
        codai.Roadmap["several-regions"].Gives.ShouldBe(["multi-region"]);
        codai.Regions["frankfurt"].Planned.ShouldBe("several-regions");
    }

    [Theory]
    [InlineData("kai")]
    [InlineData("sankofa")]
    [InlineData("kaldrix")]
    [InlineData("kinexus")]
    [InlineData("codai")]
    public void Regions_ThatRunHere_HaveAPlaceALawAndAStandby(string name)
    {
        var regions = Read(name).Regions;

        foreach (var region in regions.Values)
        {
            region.Coordinates.ShouldNotBeNull(region.Name);
            region.Jurisdiction.ShouldNotBeNull(region.Name);
            regions.ContainsKey(region.Standby!).ShouldBeTrue(region.Name);
            region.Standby.ShouldNotBe(region.Name);
        }

        regions.Values.Select(r => r.Standby!).ShouldBeUnique("each carries one other at most");
    }

    private static string Said(params object?[] values) => string.Join(' ', values.Select(v => v?.ToString()));

    private static Blueprint Read(string name)
    {
        var result = BlueprintReader.Read(Repository.Blueprint(name));
        result.Findings.ShouldBeEmpty();
        return result.Blueprint!;
    }
}
