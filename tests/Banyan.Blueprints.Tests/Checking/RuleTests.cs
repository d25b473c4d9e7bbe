using Banyan.Blueprints.Checking;
using Banyan.Blueprints.Reading;

namespace Banyan.Blueprints.Tests.Checking;

/// <summary>Each rule on the smallest blueprint that it speaks of, and on one beside it that is right.</summary>
public partial class RuleTests
{
    [Theory]
    [MemberData(nameof(Cases))]
    [MemberData(nameof(AccessCases))]
    public void Check_WhatIsWrong_IsFoundAtItsPlace(string rule, string path, string wrong, string right)
    {
        var found = Check(wrong).Where(f => f.Rule == rule).ToList();
        found.ShouldNotBeEmpty($"{rule} says nothing of\n{wrong}");
        found.Select(f => f.Path).ShouldContain(path);
        found.ShouldAllBe(f => f.Line > 1 && f.Hint != null);
        Check(right).Where(f => f.Rule == rule).ShouldBeEmpty();
    }

    [Fact]
    public void Check_OnlyAName_FindsNothing() => Check("purpose: nothing is said").ShouldBeEmpty();

    [Fact]
    public void Rules_EachHasCases() => BlueprintChecker.Rules.Select(r => r.Id).Except(Cases.Concat(AccessCases).Select(c => c.Data.Item1)).ShouldBeEmpty();

    [Fact]
    public void Rules_EachIsDocumented()
    {
        var page = File.ReadAllText(Path.Combine(Banyan.Testing.SharedVectors.Repository, "docs", "rules.md"));
        BlueprintChecker.Rules.Where(r => !page.Contains($"| `{r.Id}` | {r.Severity.ToString().ToLowerInvariant()} | {r.Finds} |", StringComparison.Ordinal)).Select(r => r.Id).ShouldBeEmpty();
    }

    [Fact]
    public void Rules_Ids_AreUnique() => BlueprintChecker.Rules.Select(r => r.Id).ShouldBeUnique();

    private static IReadOnlyList<Finding> Check(string yaml)
    {
        var read = BlueprintReader.ReadText("platform: test\n" + yaml, "test.yaml");
        read.Blueprint.ShouldNotBeNull(string.Join('\n', read.Findings.Select(f => $"{f.Line}: {f.Message} ({f.Hint})")) + "\n" + yaml);
        return BlueprintChecker.Check(read.Blueprint);
    }

    public static TheoryData<string, string, string, string> Cases => new()
    {
        {
            "totals.residents", "demand.residents",
            "demand: { residents: 2G }\nregions: { a: { residents: 1G }, b: { residents: 600M } }",
            "demand: { residents: 2G }\nregions: { a: { residents: 1G }, b: { residents: 1G } }"
        },
        {
            "totals.residents", "demand.residents",
            "demand: { residents: 1G }\nregions: { a: { residents: 1G }, b: { residents: 600M } }",
            "demand: { residents: 2G }\nregions: { a: { residents: 1G }, b: { jurisdiction: KE } }"
        },
        {
            "totals.declared", "declares.services",
            "declares: { services: 3 }\nservices: { a: { port: 1 }, b: { port: 2 } }",
            "declares: { services: 2 }\nservices: { a: { port: 1 }, b: { port: 2 } }"
        },
        {
            "recovery.signs-alone", "stores.a.replication.signs_alone",
            "stores: { a: { role: relational, replication: { mode: streaming, signs_alone: 10s } } }",
            "stores: { a: { role: relational, replication: { mode: streaming, signs_alone: 1m } } }"
        },
        {
            "recovery.signs-alone", "stores.a.replication.signs_alone",
            "stores: { a: { role: relational, replication: { mode: streaming, signs_alone: 31d } } }",
            "stores: { a: { role: relational, replication: { mode: streaming, signs_alone: 30d } } }"
        },
        {
            "recovery.signs-alone", "stores.a.replication.signs_alone",
            "stores: { a: { role: relational, replication: { mode: none, signs_alone: 10m } } }",
            "stores: { a: { role: relational, replication: { mode: none } } }"
        },
        {
            "totals.declared", "declares.groups.core",
            "declares: { groups: { core: 2 } }\nservices: { a: { groups: core }, b: { port: 2 } }",
            "declares: { groups: { core: 1 } }\nservices: { a: { groups: core }, b: { port: 2 } }"
        },
        {
            "totals.declared", "declares.regions",
            "declares: { regions: [2, 3] }\nregions: { a: { jurisdiction: KE }, b: { jurisdiction: NG } }",
            "declares: { regions: 2 }\nregions: { a: { jurisdiction: KE }, b: { jurisdiction: NG } }"
        },
        {
            "totals.declared", "declares.sites",
            "declares: { sites: 400 }\nsites: { hub: { tier: core, count: 10..15 }, edge: { count: 250..300 } }",
            "declares: { sites: 325 }\nsites: { hub: { tier: core, count: 10..15 }, edge: { count: 250+ } }"
        },
        {
            "totals.shares", "regions",
            "regions: { a: { share: 70% }, b: { share: 20% } }",
            "regions: { a: { share: 70% }, b: { share: 30% } }"
        },
        {
            "totals.shares", "routing.policies.w.shares",
            "regions: { a: { at: X }, b: { at: Y } }\nrouting: { policies: { w: { kind: weighted, shares: { a: 70%, b: 20% } } } }",
            "regions: { a: { at: X }, b: { at: Y } }\nrouting: { policies: { w: { kind: weighted, shares: { a: 70%, b: 30% } } } }"
        },
        {
            "totals.prices", "prices.each_region.total",
            "prices: { each_region: { items: { a: $10/month, b: $20/month }, total: $40/month } }",
            "prices: { each_region: { items: { a: $10/month, b: $20..25/month }, total: $30..35/month } }"
        },
        {
            "totals.prices", "prices.total",
            "regions: { a: { at: X }, b: { at: Y } }\nprices: { each_region: { total: $40/month }, total: $90/month }",
            "regions: { a: { at: X }, b: { at: Y } }\nprices: { each_region: { total: $40/month }, total: $80/month }"
        },
        {
            "totals.nodes", "stores.c.nodes",
            "stores: { c: { role: cache, nodes: 6, masters: 3, replicas: 2 } }",
            "stores: { c: { role: cache, nodes: 6, masters: 3, replicas: 3 } }"
        },
        {
            "totals.nodes", "prices.each_region.items.k.nodes",
            "deployment: { node_pools: { a: { count: 20 }, b: { count: 9 } } }\nprices: { each_region: { items: { k: { price: $1/month, nodes: 50, covers: deployment.node_pools } } } }",
            "deployment: { node_pools: { a: { count: 20 }, b: { count: 9 } } }\nprices: { each_region: { items: { k: { price: $1/month, nodes: 29, covers: deployment.node_pools } } } }"
        },
        {
            "totals.stored", "demand.stored",
            "demand: { stored: 1PB }\nregions: { a: { at: X } }\nstores: { o: { role: object, size: 100TB } }",
            "demand: { stored: 1PB }\nregions: { a: { at: X } }\nstores: { o: { role: object, size: 1PB } }"
        },
        {
            "totals.tier-sites", "tiers.core.active",
            "tiers: { core: { active: 3, standby: 2 } }\nregions: { a: { tier: core }, b: { tier: core } }",
            "tiers: { core: { active: 3, standby: 2 } }\nsites: { hub: { tier: core, count: 10..15 } }"
        },
        {
            "recovery.rpo", "stores.d.backup.every",
            "objectives: { rpo: 1h }\nstores: { d: { role: document, replication: { by: mongodb }, backup: { every: 1d } } }",
            "objectives: { rpo: 1h }\nstores: { d: { role: document, backup: { every: 1h } } }"
        },
        {
            "recovery.rpo", "stores.d.replication.lag",
            "objectives: { rpo: 1m }\nregions: { a: { at: X }, b: { at: Y } }\nstores: { d: { role: relational, replication: { mode: asynchronous, to: b, lag: 5m } } }",
            "objectives: { rpo: 1m }\nregions: { a: { at: X }, b: { at: Y } }\nstores: { d: { role: relational, replication: { mode: synchronous, to: b } } }"
        },
        {
            "recovery.rpo", "stores.d",
            "objectives: { rpo: 1h }\nstores: { d: { role: document } }",
            "objectives: { rpo: 1h }\nstores: { d: { role: cache } }"
        },
        {
            "recovery.rto", "objectives.rto",
            "objectives: { rto: 15m }\nfailover: { region: { mode: manual, runbook: true } }",
            "objectives: { rto: 15m }\nfailover: { region: { mode: manual, runbook: true, takes: 10m } }"
        },
        {
            "recovery.rto", "objectives.rto",
            "objectives: { rto: 15m }\nfailover: { region: { mode: automatic, takes: 20m } }",
            "objectives: { rto: 15m }\nfailover: { region: automatic }"
        },
        {
            "recovery.rto", "tiers.core.objectives.rto",
            "governance: { approvers: { board: { quorum: 3 } } }\ntiers: { core: { objectives: { rto: 4h }, failover: { mode: manual, approvals: board } } }",
            "governance: { approvers: { board: { quorum: 3, answers_within: 2h } } }\ntiers: { core: { objectives: { rto: 4h }, failover: { mode: manual, approvals: board, takes: 1h } } }"
        },
        {
            "recovery.availability-budget", "tiers.core.objectives.availability",
            "tiers: { core: { objectives: { availability: 99.99%, rto: 4h } } }",
            "tiers: { core: { objectives: { availability: 99.9%, rto: 30m } } }"
        },
        {
            "recovery.no-standby", "regions.b",
            "failover: { region: automatic }\nregions: { a: { standby: b }, b: { at: Y } }",
            "failover: { region: automatic }\nregions: { a: { standby: b }, b: { standby: a } }"
        },
        {
            "recovery.no-standby", "regions.a.standby",
            "regions: { a: { standby: a } }",
            "regions: { a: { at: X } }"
        },
        {
            "capacity.takes-over", "regions.b.takes_over",
            "regions: { a: { share: 70% }, b: { share: 30%, capacity: reduced, takes_over: 100% } }",
            "regions: { a: { share: 70% }, b: { share: 30%, capacity: full, takes_over: 100% } }"
        },
        {
            "capacity.survivors", "regions.b.capacity",
            "regions: { a: { share: 70%, standby: b }, b: { share: 30%, capacity: 80%, standby: a } }",
            "regions: { a: { share: 70%, standby: b }, b: { share: 30%, capacity: 100%, standby: a } }"
        },
        {
            "capacity.store-overflow", "stores.t.keep",
            "regions: { a: { at: X } }\nstores: { t: { role: time-series, ingest: 10M/s, keep: 365d, nodes: 9, node_storage: 2TB } }",
            "regions: { a: { at: X } }\nstores: { t: { role: time-series, ingest: 10M/s, keep: 365d } }"
        },
        {
            "capacity.peak", "services.s.instances",
            "demand: { peak_factor: 10 }\nservices: { s: { instances: 2..10 } }",
            "demand: { peak_factor: 5 }\nservices: { s: { instances: 2..10 } }"
        },
        {
            "names.unknown", "drills.programme[0].region",
            "drills: { programme: [ { scenario: freeze, region: c } ] }\nregions: { a: {}, b: {} }",
            "drills: { programme: [ { scenario: freeze, region: b }, cell-crash ] }\nregions: { a: {}, b: {} }"
        },
        {
            "names.unknown", "regions.a.standby",
            "regions: { a: { standby: eats }, east: { standby: a } }",
            "regions: { a: { standby: east }, east: { standby: a } }"
        },
        {
            "names.unknown", "services.s.needs[0]",
            "services: { s: { needs: stroe } }\nstores: { store: { role: cache } }",
            "services: { s: { needs: store } }\nstores: { store: { role: cache } }"
        },
        {
            "names.cycle", "services.a.needs",
            "services: { a: { needs: b }, b: { needs: c }, c: { needs: a } }",
            "services: { a: { needs: b }, b: { needs: c }, c: { port: 1 } }"
        },
        {
            "names.cycle", "services.hub.needs",
            "services: { hub: { needs: all }, b: { needs: hub } }",
            "services: { hub: { needs: all }, b: { port: 1 } }"
        },
        {
            "names.port-clash", "services.b.port",
            "services: { a: { port: 3000 }, b: { port: 3000 } }",
            "services: { a: { port: 3000 }, b: { port: 3001 } }"
        },
        {
            "names.clash", "services.wallet",
            "services: { wallet: { port: 1 } }\nstores: { wallet: { role: cache } }",
            "services: { wallet: { port: 1 } }\nstores: { cache: { role: cache } }"
        },
        {
            "consensus.single-point", "stores.c.nodes",
            "objectives: { availability: 99.95% }\nstores: { c: { role: cache, nodes: 1 } }",
            "objectives: { availability: 99% }\nstores: { c: { role: cache, nodes: 1 } }"
        },
        {
            "consensus.single-point", "stores.s.coordinators",
            "failover: { database: automatic }\nstores: { s: { role: search, nodes: 3, coordinators: 1 } }",
            "failover: { database: automatic }\nstores: { s: { role: search, nodes: 3, coordinators: 3 } }"
        },
        {
            "consensus.quorum", "stores.k.replication_factor",
            "stores: { k: { role: stream, nodes: 2, replication_factor: 3 } }",
            "stores: { k: { role: stream, nodes: 3, replication_factor: 3 } }"
        },
        {
            "consensus.quorum", "stores.k.quorum",
            "stores: { k: { role: document, nodes: 4, quorum: 2 } }",
            "stores: { k: { role: document, nodes: 4, quorum: 3 } }"
        },
        {
            "consensus.validators", "chain.nodes.v.per_site",
            "sites: { hub: { tier: core, count: 10..15 } }\nchain: { access: permissioned, consensus: qbft, nodes: { v: { role: validator, tier: core, per_site: 3..5 } } }",
            "sites: { hub: { tier: core, count: 10..15 } }\nchain: { access: permissioned, consensus: qbft, nodes: { v: { role: validator, tier: core, per_site: 1 } } }"
        },
        {
            "consensus.undecided", "chain.consensus",
            "chain: { consensus: [proof-of-authority, proof-of-stake] }",
            "chain: { consensus: proof-of-authority }"
        },
        {
            "chain.reach", "chain.at",
            "chain: { at: 'https://node.example.org:8545' }",
            "chain: { at: 'https://node.example.org:8545', genesis: { id: 1337 } }"
        },
        {
            "chain.reach", "chain.at[1]",
            "chain: { at: ['http://127.0.0.1:8545', 'http://node.example.org:8545'], genesis: { id: 1337 } }",
            "chain: { at: ['http://127.0.0.1:8545', 'https://node.example.org:8545'], genesis: { id: 1337 } }"
        },
        {
            "chain.permissions", "chain.permissions.nodes",
            "chain: { access: permissioned, permissions: { nodes: open } }",
            "chain: { access: permissioned, permissions: { nodes: listed, accounts: contract } }"
        },
        {
            "chain.permissions", "chain.permissions.accounts",
            "chain: { access: public, permissions: { accounts: listed } }",
            "chain: { access: public, permissions: { accounts: open } }"
        },
        {
            "chain.approvals", "tiers.core.failover.on_chain",
            "governance: { approvers: { board: { title: Board } } }\ntiers: { core: { failover: { mode: manual, approvals: board, on_chain: true } } }",
            "governance: { approvers: { board: { title: Board } } }\nchain: { anchoring: { every: 10s } }\ntiers: { core: { failover: { mode: manual, approvals: board, on_chain: true } } }"
        },
        {
            "chain.anchoring", "chain.anchoring.every",
            "chain: { genesis: { block_time: 15s }, anchoring: { every: 5s } }",
            "chain: { genesis: { block_time: 2s }, anchoring: { every: 5s } }"
        },
        {
            "chain.anchoring", "chain.anchoring.confirmations",
            "chain: { consensus: proof-of-stake, anchoring: { confirmations: 1 } }",
            "chain: { consensus: proof-of-authority, anchoring: { confirmations: 1 } }"
        },
        {
            "residency.leaves", "stores.p.replication.to",
            "residency: { eu: { covers: personal, within: eu } }\nregions: { a: { jurisdiction: IE }, b: { jurisdiction: US } }\nstores: { p: { role: relational, personal_data: true, regions: a, replication: { to: b } } }",
            "residency: { eu: { covers: personal, within: eu } }\nregions: { a: { jurisdiction: IE }, b: { jurisdiction: DE } }\nstores: { p: { role: relational, personal_data: true, regions: a, replication: { to: b } } }"
        },
        {
            "residency.leaves", "stores.p.backup.where",
            "residency: { eu: { covers: personal, within: eu } }\nregions: { a: { jurisdiction: IE } }\nstores: { p: { role: relational, residency: eu, backup: { every: 1h, where: { jurisdiction: US } } } }",
            "residency: { eu: { covers: personal, within: eu } }\nregions: { a: { jurisdiction: IE } }\nstores: { p: { role: relational, residency: eu, backup: { every: 1h, where: { jurisdiction: FR } } } }"
        },
        {
            "residency.leaves", "regions.a.standby",
            "residency: { home: { covers: personal, home_country: true } }\nregions: { a: { jurisdiction: KE, standby: b }, b: { jurisdiction: NG } }",
            "residency: { home: { covers: personal, home_country: true } }\nregions: { a: { jurisdiction: KE, standby: b }, b: { jurisdiction: KE } }"
        },
        {
            "residency.leaves", "regions.a.standby",
            "residency: { home: { covers: personal, home_country: true, agreements: UG } }\nregions: { a: { jurisdiction: KE, standby: b }, b: { jurisdiction: NG } }",
            "residency: { home: { covers: personal, home_country: true, agreements: NG } }\nregions: { a: { jurisdiction: KE, standby: b }, b: { jurisdiction: NG } }"
        },
        {
            "residency.leaves", "regions.a.standby",
            "residency: { eu: { covers: personal, within: eu } }\nregions: { a: { jurisdiction: IE, standby: b }, b: { jurisdiction: US } }",
            "residency: { eu: { covers: personal, within: eu } }\nregions: { a: { jurisdiction: IE, standby: b }, b: { jurisdiction: DE } }"
        },
        {
            "residency.standby", "regions.a.standby",
            "regions: { a: { jurisdiction: IE, standby: b }, b: { jurisdiction: US } }\nstores: { p: { role: relational, personal_data: true } }",
            "residency: { promise: { covers: personal, agreements: US } }\nregions: { a: { jurisdiction: IE, standby: b }, b: { jurisdiction: US } }\nstores: { p: { role: relational, personal_data: true } }"
        },
        {
            "residency.unnamed", "residency.promised",
            "residency: { promised: { covers: personal } }",
            "residency: { promised: { covers: personal, within: [KE] } }"
        },
        {
            "features.removed", "deployment.orchestrator.features[0]",
            "deployment: { orchestrator: { engine: kubernetes 1.28+, features: [pod-security-policies] } }",
            "deployment: { orchestrator: { engine: kubernetes 1.24, features: [pod-security-policies] } }"
        },
        {
            "features.planned", "gateway.mesh",
            "gateway: { mesh: istio }\nroadmap: { mesh: { gives: istio } }",
            "gateway: { mesh: linkerd }\nroadmap: { mesh: { gives: istio } }"
        },
        {
            "promises.immutable-personal", "compliance.audit.immutable",
            "compliance: { rights: deletion, audit: { immutable: true } }",
            "compliance: { rights: deletion, audit: { immutable: true, personal_data: false } }"
        },
        {
            "promises.immutable-personal", "chain.personal_data",
            "compliance: { standards: { gdpr: { status: intended } } }\nchain: { personal_data: true }",
            "compliance: { standards: { sox: { status: intended } } }\nchain: { personal_data: true }"
        },
        {
            "promises.records-kept", "compliance.keep",
            "compliance: { keep: 7y }\nstores: { a: { role: relational, backup: { every: 1h, keep: 30d } } }",
            "compliance: { keep: 7y }\nstores: { a: { role: relational, backup: { every: 1h, keep: 7y } } }"
        },
        {
            "routing.precedence", "routing.policies",
            "routing: { policies: { near: { kind: latency }, law: { kind: geographic } } }",
            "routing: { precedence: [law, near], policies: { near: { kind: latency }, law: { kind: geographic } } }"
        },
        {
            "routing.failover", "routing.policies.f.ttl",
            "objectives: { rto: 1m }\nrouting: { health_checks: { every: 30s, threshold: 3 }, policies: { f: { kind: failover, ttl: 60s } } }",
            "objectives: { rto: 10m }\nrouting: { health_checks: { every: 30s, threshold: 3 }, policies: { f: { kind: failover, ttl: 60s } } }"
        },
        {
            "objectives.stricter", "services.s.objectives.availability",
            "services: { s: { needs: d, objectives: { availability: 99.99% } } }\nstores: { d: { role: relational, objectives: { availability: 99.9% } } }",
            "services: { s: { needs: d, objectives: { availability: 99.9% } } }\nstores: { d: { role: relational, objectives: { availability: 99.9% } } }"
        },
        {
            "objectives.serial", "services.s.objectives.availability",
            "services: { s: { needs: [d, e], objectives: { availability: 99.9% } } }\nstores: { d: { role: relational, objectives: { availability: 99.9% } }, e: { role: cache, objectives: { availability: 99.9% } } }",
            "services: { s: { needs: [d, e], objectives: { availability: 99.8% } } }\nstores: { d: { role: relational, objectives: { availability: 99.9% } }, e: { role: cache, objectives: { availability: 99.9% } } }"
        },
        {
            "objectives.priority", "services.a.needs",
            "services: { a: { priority: 1, needs: b }, b: { priority: 3 } }",
            "services: { a: { priority: 1, needs: b }, b: { priority: 1 } }"
        },
        {
            "costs.left-out", "prices",
            "stores: { a: { role: cache }, b: { role: search } }\nprices: { each_region: { items: { x: { price: $1/month, covers: stores.a } } } }",
            "stores: { a: { role: cache }, b: { role: search } }\nprices: { each_region: { items: { x: { price: $1/month, covers: stores } } } }"
        },
        {
            "costs.amount", "prices.each_region.items.o.amount",
            "demand: { stored: 1PB }\nregions: { a: { at: X } }\nprices: { each_region: { items: { o: { price: $1/month, amount: 100TB } } } }",
            "demand: { stored: 1PB }\nregions: { a: { at: X } }\nprices: { each_region: { items: { o: { price: $1/month, amount: 1PB } } } }"
        },
        {
            "costs.budget", "prices.budget",
            "prices: { total: $100/month, budget: $80/month }",
            "prices: { total: $100/month, budget: $120/month }"
        },
    };
}
