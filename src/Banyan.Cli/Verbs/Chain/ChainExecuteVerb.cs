using System.CommandLine;

namespace Banyan.Cli.Verbs.Chain;

/// <summary><c>banyan chain execute N</c>: carries out what enough organisations have approved.</summary>
internal sealed class ChainExecuteVerb : ChainActVerb
{
    private readonly Argument<long> _id = new("N") { Description = "The proposal" };
    private readonly Option<bool> _yes = new("--yes") { Description = "It is meant, though it takes something away or changes code or who decides" };

    public ChainExecuteVerb()
        : base("execute", "Carries out a proposal that enough organisations have approved")
    {
        Add(_id);
        Add(_yes);
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan chain execute 3 --as frankfurt", "says what it would do, and does it where nothing is taken away by it"),
        ("banyan chain execute 3 --as frankfurt --yes", "does it in any case"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, ChainSurroundings chain, CancellationToken cancellationToken)
    {
        var proposal = await chain.Desk.ProposalAsync(input.GetRequiredValue(_id), cancellationToken);
        if (proposal.Ready && proposal.Grave && !input.GetValue(_yes))
            throw new CommandFailure($"proposal {proposal.Id} takes something away, or changes code or who decides: say --yes to carry it out") { Details = [.. proposal.Does.Select(static d => $"it {d.Text}")] };
        return await TellAsync(chain, [await chain.Desk.ExecuteAsync(proposal, As(input), chain.Sent, cancellationToken)], cancellationToken);
    }
}
