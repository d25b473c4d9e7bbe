using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Banyan.Cli.Chain;

namespace Banyan.Cli.Verbs.Chain;

/// <summary><c>banyan chain proposals</c>: what organisations have proposed, in words.</summary>
internal sealed class ChainProposalsVerb : ChainDeskVerb
{
    private const int LimitAtMost = 1000;

    private readonly Argument<long?> _id = new("N") { Description = "Only this one", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _all = new("--all") { Description = "Also those that are carried out, withdrawn or expired" };
    private readonly Option<int> _limit = new("--limit") { Description = "How many at most", HelpName = "N", DefaultValueFactory = static _ => 20 };
    private readonly Option<long?> _before = new("--before") { Description = "Those with a smaller number: the next page", HelpName = "N" };

    public ChainProposalsVerb()
        : base("proposals", "Lists what organisations have proposed, in words; the newest first", waits: false)
    {
        Add(_id);
        foreach (var option in (Option[])[_all, _limit, _before])
            Add(option);
        _limit.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is var limit and (< 1 or > LimitAtMost))
                result.AddError($"--limit takes a number from 1 to {LimitAtMost}, not {limit}");
        });
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan chain proposals", "those that are open"),
        ("banyan chain proposals 3", "one of them, whatever its state"),
        ("banyan chain proposals --all --limit 50 --before 120", "further back"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, ChainSurroundings chain, CancellationToken cancellationToken)
    {
        var limit = input.GetValue(_limit);
        var proposals = input.GetValue(_id) is { } id ? [await chain.Desk.ProposalAsync(id, cancellationToken)] : await chain.Desk.ProposalsAsync(input.GetValue(_all), limit, input.GetValue(_before), cancellationToken);
        var next = input.GetValue(_id) is null && proposals.Count == limit && proposals[^1].Id > 1 ? proposals[^1].Id : default(long?);
        if (chain.Json)
        {
            chain.Context.Terminal.Out.WriteLine(JsonSerializer.Serialize(new ProposalsAnswer([.. proposals.Select(ProposalAnswer.Of)], next), ChainAnswerJson.Default.ProposalsAnswer));
            return ExitCode.Holds;
        }

        if (proposals.Count == 0)
            chain.Context.Terminal.Out.WriteLine(input.GetValue(_all) ? "nothing has been proposed" : "nothing is open: banyan chain proposals --all");
        GovernanceText.Write(proposals, chain.Context.Terminal);
        if (next is { } before)
            chain.Context.Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"further back: banyan chain proposals {(input.GetValue(_all) ? "--all " : "")}--before {before}"));
        return ExitCode.Holds;
    }
}
