using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class QuorumRule() : Rule("consensus.quorum", Severity.Error, "A cluster whose number of nodes or copies can't give the agreement that it promises.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        foreach (var store in blueprint.Stores.Values)
        {
            if (store.Nodes is not { } nodes)
                continue;
            if (store.ReplicationFactor is { } copies && nodes.High is { } most && copies > most.Value)
                yield return Found(blueprint, store, "replication_factor", $"store {store.Name} keeps {copies} copies of each record on {nodes} nodes", "have at least as many nodes as copies");
            if (store.Quorum is { } quorum)
            {
                var voters = store.ReplicationFactor ?? nodes.Low.Value;
                if (quorum > voters)
                    yield return Found(blueprint, store, "quorum", $"store {store.Name} waits for {quorum} of {voters} nodes: no write can succeed", "a quorum is more than half of the nodes");
                else if (quorum * 2L <= voters)
                    yield return Found(blueprint, store, "quorum", $"store {store.Name} writes with {quorum} of {voters} nodes: two halves can both write", "a quorum is more than half of the nodes");
            }

            if (store.Replication?.Mode == ReplicationMode.Consensus && nodes.Low.Value is 2)
                yield return Found(blueprint, store, "nodes", $"store {store.Name} agrees by majority among 2 nodes: it stops when either is lost", "three nodes survive the loss of one");
            else if (store.Replication?.Mode == ReplicationMode.Consensus && nodes is { IsExact: true } && nodes.Low.Value > 2 && nodes.Low.Value % 2 == 0)
                yield return Found(blueprint, store, "nodes", $"store {store.Name} agrees by majority among {nodes} nodes: it survives no more losses than {nodes.Low.Value - 1} would", $"use {nodes.Low.Value - 1} or {nodes.Low.Value + 1}", Severity.Warning);
            if (store.Coordinators is 2)
                yield return Found(blueprint, store, "coordinators", $"store {store.Name} has 2 coordinators: a majority needs both", "use three", Severity.Warning);
        }

        foreach (var approver in blueprint.Governance?.Approvers.Values ?? [])
        {
            if (approver is { Quorum: { } needed, Members.High: { } members } && needed > members.Value)
                yield return Found(blueprint, approver, "quorum", $"{needed} of the {members} members of {approver.Name} must agree", "ask for no more than there are");
        }
    }
}
