using System.CommandLine;

namespace Banyan.Cli.Verbs.Chain;

/// <summary><c>banyan chain withdraw N</c>: who proposed takes it back.</summary>
internal sealed class ChainWithdrawVerb : ChainActVerb
{
    private readonly Argument<long> _id = new("N") { Description = "The proposal" };

    public ChainWithdrawVerb()
        : base("withdraw", "Takes a proposal back, as the organisation that made it") => Add(_id);

    protected override async Task<ExitCode> RunAsync(ParseResult input, ChainSurroundings chain, CancellationToken cancellationToken)
    {
        var proposal = await chain.Desk.ProposalAsync(input.GetRequiredValue(_id), cancellationToken);
        return await TellAsync(chain, [await chain.Desk.WithdrawAsync(proposal, As(input), chain.Sent, cancellationToken)], cancellationToken);
    }
}
