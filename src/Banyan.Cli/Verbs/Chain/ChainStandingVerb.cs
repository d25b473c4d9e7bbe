using System.CommandLine;
using System.Text.Json;
using Banyan.Cli.Chain;

namespace Banyan.Cli.Verbs.Chain;

/// <summary><c>banyan chain status</c>: how everything stands on the chain.</summary>
internal class ChainStandingVerb(string name, string description) : ChainDeskVerb(name, description, waits: false)
{
    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan chain status", "exit 1 where everything is paused, a fork was reported, or a keeper lacks a right; each with the command that mends it"),
        ("banyan chain proposals", "what waits for approvals, in words"),
        ("banyan chain approve 3 --as frankfurt", "one organisation's transaction"),
        ("banyan chain pause 'the key of accra is stolen' --as frankfurt --yes", "stops anchoring, identities and approvals at once"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, ChainSurroundings chain, CancellationToken cancellationToken)
    {
        var status = await chain.Desk.StatusAsync(cancellationToken);
        if (chain.Json)
            chain.Context.Terminal.Out.WriteLine(JsonSerializer.Serialize(status, ChainAnswerJson.Default.GovernanceStatus));
        else
            GovernanceText.Write(status, chain.Context.Terminal);
        return status.Tasks.Count > (status.OpenProposals > 0 ? 1 : 0) ? ExitCode.FoundWrong : ExitCode.Holds;
    }
}
