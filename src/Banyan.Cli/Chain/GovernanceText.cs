using System.Globalization;
using Banyan.Cli.Output;
using Banyan.Control.Chain.Governing;

namespace Banyan.Cli.Chain;

/// <summary>What is decided on the chain, for people.</summary>
internal static class GovernanceText
{
    /// <summary>Contracts, organisations, keepers, logs, and what somebody should see to.</summary>
    public static void Write(GovernanceStatus status, Terminal terminal)
    {
        var output = terminal.Out;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"chain {status.ChainId} at block {status.Height:N0}: {(status.Paused ? terminal.Paint("PAUSED by a guardian", Ink.Red) : terminal.Paint("running", Ink.Green))}; proposals need {status.Threshold} of {status.Organisations.Count} organisations, a failover {status.FailoverNeeds}"));
        output.WriteLine();
        var contracts = new TextTable("CONTRACT", "ADDRESS", "CODE");
        foreach (var contract in status.Contracts)
            contracts.Add(contract.Name, contract.Address, contract.Code ?? "-");
        contracts.Write(terminal);
        output.WriteLine();
        var organisations = new TextTable("ORGANISATION", "ACCOUNT", "ROLES", "KEY");
        foreach (var organisation in status.Organisations)
            organisations.Add(organisation.Name, organisation.Account, organisation.Roles.Count > 0 ? string.Join(", ", organisation.Roles) : "-", organisation.KeyHere ? "here" : "elsewhere");
        organisations.Write(terminal);
        output.WriteLine();
        var keepers = new TextTable("KEEPER", "ACCOUNT", "OPERATOR", "WRITES");
        foreach (var keeper in status.Keepers)
            keepers.Add(keeper.Region, keeper.Account, keeper.Operator ? "yes" : new TextTable.Cell("no", Ink.Yellow), new(string.Create(CultureInfo.InvariantCulture, $"{keeper.Writes} of {status.Logs.Count} logs"), keeper.Writes < status.Logs.Count ? Ink.Yellow : null));
        keepers.Write(terminal);
        output.WriteLine();
        var logs = new TextTable("LOG", "ANCHORS", "ENTRIES", "BLOCK", "FORKS");
        foreach (var log in status.Logs)
            logs.Add(log.Partition, Number(log.Anchors), Number(log.Size), Number(log.Block), log.Forks > 0 ? new TextTable.Cell(Number(log.Forks), Ink.Red) : "-");
        logs.Write(terminal);
        if (status.Tasks.Count == 0)
            return;
        output.WriteLine();
        foreach (var task in status.Tasks)
            output.WriteLine($"{terminal.Paint(task.What, Ink.Yellow)}: {task.Command}");
    }

    /// <summary>Proposals, each with what it would do.</summary>
    public static void Write(IReadOnlyList<Proposal> proposals, Terminal terminal)
    {
        foreach (var p in proposals)
        {
            var ink = p.State switch { ProposalState.Executed => Ink.Green, ProposalState.Open => p.Ready ? Ink.Green : Ink.Yellow, _ => Ink.Dim };
            var state = p.Ready ? "ready" : ProposalAnswer.Word(p.State);
            terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{terminal.Paint($"{p.Id}", Ink.Bold)}  {terminal.Paint(state, ink)}  {p.Approvals} of {p.Needed} approvals{(p.ApprovedBy.Count > 0 ? $" ({string.Join(", ", p.ApprovedBy)})" : "")}, by {p.Proposer}, until {p.Deadline:yyyy-MM-dd HH:mm} UTC"));
            foreach (var does in p.Does)
                terminal.Out.WriteLine($"   {(does.Grave ? terminal.Paint("!", Ink.Yellow) : "-")} it {does.Text}");
            if (p.Does.Count == 0)
                terminal.Out.WriteLine("   ! the node has no event of it any more: what it does can't be said");
        }
    }

    /// <summary>What was done, and what comes next.</summary>
    public static void Write(IReadOnlyList<ChainAct> acts, IReadOnlyList<Proposal> after, Terminal terminal)
    {
        foreach (var act in acts)
        {
            var what = act.Proposal is { } id ? string.Create(CultureInfo.InvariantCulture, $"proposal {id} {terminal.Paint(act.What, Ink.Green)} by {act.Organisation}") : $"{terminal.Paint(act.What, Ink.Green)} by {act.Organisation}";
            terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}, in block {act.Block} (transaction {act.Transaction}, {act.GasUsed:N0} gas)"));
            foreach (var does in act.Does)
                terminal.Out.WriteLine($"   {does}");
            if (act.Address is { } address)
                terminal.Out.WriteLine($"   at {address}");
        }

        foreach (var p in after.Where(static p => p.State == ProposalState.Open))
        {
            terminal.Out.WriteLine(p.Ready
                ? string.Create(CultureInfo.InvariantCulture, $"enough organisations have approved proposal {p.Id}: banyan chain execute {p.Id} --as ORGANISATION{(p.Grave ? " --yes" : "")}")
                : string.Create(CultureInfo.InvariantCulture, $"{p.Approvals} of {p.Needed} organisations have approved proposal {p.Id}: banyan chain approve {p.Id} --as ORGANISATION"));
        }
    }

    private static string Number(long? number) => number?.ToString("N0", CultureInfo.InvariantCulture) ?? "-";
}
