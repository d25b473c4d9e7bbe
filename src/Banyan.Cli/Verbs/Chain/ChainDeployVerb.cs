using System.CommandLine;

namespace Banyan.Cli.Verbs.Chain;

/// <summary><c>banyan chain deploy CONTRACT</c>: this build's code of a contract, to propose an upgrade to it.</summary>
internal sealed class ChainDeployVerb : ChainActVerb
{
    private readonly Argument<string> _contract = new("CONTRACT") { Description = "organisations, anchors, identities or approvals" };

    public ChainDeployVerb()
        : base("deploy", "Puts this build's code of a contract on the chain, where nothing uses it until an upgrade is proposed") => Add(_contract);

    public override IReadOnlyList<(string Command, string Does)> Examples => [("banyan chain deploy approvals --as frankfurt", "then: banyan chain propose upgrade approvals 0x… --as frankfurt")];

    protected override async Task<ExitCode> RunAsync(ParseResult input, ChainSurroundings chain, CancellationToken cancellationToken) =>
        await TellAsync(chain, [await chain.Desk.DeployAsync(input.GetRequiredValue(_contract), As(input), chain.Sent, cancellationToken)], cancellationToken);
}
