namespace Banyan.Cli.Verbs.Chain;

/// <summary><c>banyan chain</c>: what the organisations behind a platform decide together, on its chain.</summary>
internal sealed class ChainVerb : ChainStandingVerb
{
    public ChainVerb()
        : base("chain", "Says who decides on the platform's chain, and lets organisations decide")
    {
        Add(new ChainStandingVerb("status", "Contracts, organisations, keepers and logs on the chain, and what somebody should see to"));
        Add(new ChainProposalsVerb());
        Add(new ChainGroupVerb("propose", "Proposes something to the organisations; proposing approves", ChainProposeVerb.All(), ChainProposeVerb.Walk));
        Add(new ChainApproveVerb());
        Add(new ChainWithdrawVerb());
        Add(new ChainExecuteVerb());
        Add(new ChainPauseVerb());
        Add(ChainProposeVerb.Resume());
        Add(new ChainDeployVerb());
        Add(new ChainGroupVerb("fork", "Reports a log's second history", [new ChainForkReportVerb()]));
        Add(new ChainGroupVerb("key", "Replaces keys of accounts", [new ChainKeyVerb(replace: false), new ChainKeyVerb(replace: true)]));
    }
}
