using System.CommandLine;
using System.Text.Json;
using Banyan.Cli.Chain;
using Banyan.Control.Chain.Governing;

namespace Banyan.Cli.Verbs.Chain;

/// <summary>A verb that does something on the chain as an organisation whose key is in the data folder.</summary>
internal abstract class ChainActVerb : ChainDeskVerb
{
    private readonly Option<string> _as = new("--as") { Description = "The organisation that does it; its key must be in the data folder", HelpName = "ORGANISATION", Required = true };

    protected ChainActVerb(string name, string description)
        : base(name, description, waits: true) => Add(_as);

    /// <summary>Who does it.</summary>
    protected string As(ParseResult input) => input.GetRequiredValue(_as);

    /// <summary>Says what was done, and enters it into the journal.</summary>
    protected static async Task<ExitCode> TellAsync(ChainSurroundings chain, IReadOnlyList<ChainAct> acts, CancellationToken cancellationToken)
    {
        using (var records = new ChainRecords(chain.Platform, chain.Context.Time))
        {
            foreach (var act in acts)
            {
                if (await records.EnterAsync(act, cancellationToken) is null)
                    chain.Context.Terminal.Complain($"no region took transaction {act.Transaction} into its journal: the chain has it, the platform's own records lack it (banyan status)");
            }
        }

        var after = new List<Proposal>();
        foreach (var id in acts.Select(static a => a.Proposal).OfType<long>().Distinct())
            after.Add(await chain.Desk.ProposalAsync(id, cancellationToken));
        if (chain.Json)
            chain.Context.Terminal.Out.WriteLine(JsonSerializer.Serialize(new ActsAnswer(acts, [.. after.Select(ProposalAnswer.Of)]), ChainAnswerJson.Default.ActsAnswer));
        else
            GovernanceText.Write(acts, after, chain.Context.Terminal);
        return ExitCode.Holds;
    }
}
