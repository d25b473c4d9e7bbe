using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class ChainPermissionsRule() : Rule("chain.permissions", Severity.Error, "A permissioned chain that anyone may join, or a public one with a list of who may.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Chain is not { Permissions: { } permissions } chain)
            yield break;
        if (chain.Access == ChainAccess.Permissioned && permissions is { Nodes: ChainPermission.Open })
            yield return Found(blueprint, permissions, "nodes", "the chain is permissioned, and any node may join it", "list the nodes (listed), or let a contract say which (contract)");
        if (chain.Access == ChainAccess.Public && permissions is { Nodes: ChainPermission.Listed or ChainPermission.Contract })
            yield return Found(blueprint, permissions, "nodes", "the chain is public, and only certain nodes may join it", "write access: permissioned, or nodes: open");
        if (chain.Access == ChainAccess.Public && permissions is { Accounts: ChainPermission.Listed or ChainPermission.Contract })
            yield return Found(blueprint, permissions, "accounts", "the chain is public, and only certain accounts may use it", "write access: permissioned, or accounts: open");
    }
}
