using System.CommandLine;

namespace Banyan.Cli.Verbs.Chain;

/// <summary><c>banyan chain pause WHY</c>: a guardian stops everything at once.</summary>
internal sealed class ChainPauseVerb : ChainActVerb
{
    private readonly Argument<string> _why = new("WHY") { Description = "Why; it is public on the chain" };
    private readonly Option<bool> _yes = new("--yes") { Description = "It is meant: only several organisations together can resume" };

    public ChainPauseVerb()
        : base("pause", "Stops anchoring, identities and approvals at once, as a guardian")
    {
        Add(_why);
        Add(_yes);
        Validators.Add(result =>
        {
            if (!result.GetValue(_yes))
                result.AddError("pause stops anchoring, identities and approvals until several organisations resume: say --yes");
        });
    }

    public override IReadOnlyList<(string Command, string Does)> Examples => [("banyan chain pause 'the key of accra is stolen' --as frankfurt --yes", "changes, logs and checkpoints go on; what waits is anchored afterwards")];

    protected override async Task<ExitCode> RunAsync(ParseResult input, ChainSurroundings chain, CancellationToken cancellationToken) =>
        await TellAsync(chain, [await chain.Desk.PauseAsync(As(input), input.GetRequiredValue(_why), chain.Sent, cancellationToken)], cancellationToken);
}
