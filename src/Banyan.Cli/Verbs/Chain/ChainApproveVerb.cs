using System.CommandLine;
using Banyan.Control.Chain.Governing;

namespace Banyan.Cli.Verbs.Chain;

/// <summary><c>banyan chain approve N</c>: an organisation's approval of proposals, or its end.</summary>
internal sealed class ChainApproveVerb : ChainActVerb
{
    private readonly Argument<long[]> _ids = new("N") { Description = "The proposals, as `banyan chain proposals` numbers them", Arity = ArgumentArity.OneOrMore };
    private readonly Option<bool> _back = new("--take-back") { Description = "Takes the approval back" };

    public ChainApproveVerb()
        : base("approve", "Approves proposals as an organisation, or takes that back")
    {
        Add(_ids);
        Add(_back);
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan chain approve 3 --as frankfurt", "each organisation once"),
        ("banyan chain approve 3 4 5 --as frankfurt --timeout 5m", "several, on a slow chain"),
        ("banyan chain approve 3 --as frankfurt --take-back", "counts no more"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, ChainSurroundings chain, CancellationToken cancellationToken)
    {
        var acts = new List<ChainAct>();
        foreach (var id in input.GetRequiredValue(_ids).Distinct())
        {
            var proposal = await chain.Desk.ProposalAsync(id, cancellationToken);
            acts.Add(input.GetValue(_back)
                ? await chain.Desk.RevokeApprovalAsync(proposal, As(input), chain.Sent, cancellationToken)
                : await chain.Desk.ApproveAsync(proposal, As(input), chain.Sent, cancellationToken));
        }

        return await TellAsync(chain, acts, cancellationToken);
    }
}
