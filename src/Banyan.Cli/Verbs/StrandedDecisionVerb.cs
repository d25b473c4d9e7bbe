using System.CommandLine;
using System.Text.Json;
using Banyan.Cli.Output;
using Banyan.Cli.Stranded;
using Banyan.Control.Stranded;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan stranded replay</c> and <c>banyan stranded discard</c>: deciding on one stranded change, or on all that wait.</summary>
internal sealed class StrandedDecisionVerb : Verb
{
    private readonly bool _replay;
    private readonly Argument<Guid?> _id = new("ID") { Description = "The change, as `banyan stranded` lists it", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _all = new("--all") { Description = "Every change that waits for a decision" };
    private readonly Option<bool> _yes = new("--yes") { Description = "It is meant: what is given up can't be taken back" };
    private readonly Option<string?> _region = StrandedOptions.Region();
    private readonly Option<string?> _data = VerbOptions.Data();
    private readonly Option<OutputFormat> _format = VerbOptions.Format();

    public StrandedDecisionVerb(bool replay)
        : base(replay ? "replay" : "discard", replay ? "Appends stranded changes to the journal, under the present epoch and once" : "Gives stranded changes up; the journal says so")
    {
        _replay = replay;
        Add(_id);
        foreach (var option in (Option[])[_all, .. replay ? (Option[])[] : [_yes], _region, _data, _format])
            Add(option);
        Validators.Add(result =>
        {
            if (result.GetValue(_id) is null == !result.GetValue(_all))
                result.AddError($"{Name} takes the ID of one change, or --all");
            else if (!replay && !result.GetValue(_yes))
                result.AddError("discard gives changes up for good: say --yes");
        });
    }

    public override IReadOnlyList<(string Command, string Does)> Examples => _replay
        ? [("banyan stranded replay --all --region east-africa", "all of one region, in the order in which they were accepted")]
        : [("banyan stranded discard --all --yes", "of every region")];

    protected override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var platform = StrandedOptions.ReadPlatform(input.GetValue(_data));
        var regions = StrandedOptions.RegionsOf(platform, input.GetValue(_region));
        using var desk = new StrandedDesk(platform);
        var (decided, failed) = input.GetValue(_id) is { } id
            ? await DecideOneAsync(desk, regions, id, cancellationToken)
            : await DecideAllAsync(desk, regions, cancellationToken);
        var wanted = _replay ? "replayed" : "discarded";
        var outcome = new StrandedOutcome([.. decided.Where(d => d.State == wanted)], [.. failed, .. decided.Where(d => d.State != wanted).Select(static d => new StrandedFailure(d.Region, d.Id, $"it was {d.State} before"))]);
        if (input.GetValue(_format) == OutputFormat.Json)
            context.Terminal.Out.WriteLine(JsonSerializer.Serialize(outcome, StrandedOutput.Default.StrandedOutcome));
        else
            StrandedText.Write(outcome, wanted, context.Terminal);
        return outcome.Failed.Count > 0 ? ExitCode.FoundWrong : ExitCode.Holds;
    }

    /// <summary>Which partition keeps it is not in its id: each is asked.</summary>
    private async Task<(List<StrandedDecision> Decided, List<StrandedFailure> Failed)> DecideOneAsync(StrandedDesk desk, IReadOnlyList<string> regions, Guid id, CancellationToken cancellationToken)
    {
        var silent = new List<string>();
        foreach (var region in regions)
        {
            try
            {
                var decision = await desk.DecideAsync(region, id, _replay, cancellationToken);
                if (decision.State is not null)
                    return ([decision], []);
            }
            catch (StrandedUnavailableException)
            {
                silent.Add(region);
            }
        }

        throw new CommandFailure(silent.Count == 0
            ? $"no stranded change {id} is kept in {string.Join(", ", regions)}: `banyan stranded --state all` lists them"
            : $"no stranded change {id} was found, and {string.Join(", ", silent)} gave no answer: try again when it serves (banyan status)");
    }

    private async Task<(List<StrandedDecision> Decided, List<StrandedFailure> Failed)> DecideAllAsync(StrandedDesk desk, IReadOnlyList<string> regions, CancellationToken cancellationToken)
    {
        var (decided, failed) = (new List<StrandedDecision>(), new List<StrandedFailure>());
        foreach (var region in regions)
        {
            try
            {
                StrandedPage page;
                for (var after = 0L; (page = await desk.ListAsync(region, "kept", after, StrandedDesk.PageSize, cancellationToken)).Changes.Count > 0; after = page.Through)
                {
                    foreach (var change in page.Changes)
                        decided.Add(await desk.DecideAsync(region, change.Id, _replay, cancellationToken));
                }
            }
            catch (StrandedUnavailableException error)
            {
                failed.Add(new StrandedFailure(region, null, error.Message)); // What was decided stays; asking again goes on from there.
            }
        }

        return (decided, failed);
    }
}
