using System.CommandLine;
using System.Text.Json;
using Banyan.Cli.Output;
using Banyan.Cli.Stranded;
using Banyan.Control.Stranded;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan stranded</c>: the changes that only an old primary had, as they were found on its return.</summary>
internal sealed class StrandedVerb : Verb
{
    private const int LimitAtMost = 10_000;

    private readonly Option<string?> _region = StrandedOptions.Region();
    private readonly Option<string> _state = new("--state") { Description = "Which: kept (nobody has decided yet), replayed, discarded or all", HelpName = "STATE", DefaultValueFactory = static _ => "kept" };
    private readonly Option<long> _after = new("--after") { Description = "Those with a greater number; with --region", HelpName = "N" };
    private readonly Option<int> _limit = new("--limit") { Description = "The most of each region", HelpName = "N", DefaultValueFactory = static _ => 100 };
    private readonly Option<string?> _data = VerbOptions.Data();
    private readonly Option<OutputFormat> _format = VerbOptions.Format();

    public StrandedVerb()
        : base("stranded", "Lists changes that only an old primary had, for someone to decide on")
    {
        foreach (var option in (Option[])[_region, _state, _after, _limit, _data, _format])
            Add(option);
        _state.AcceptOnlyFromAmong("kept", "replayed", "discarded", "all");
        _limit.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is var limit and (< 1 or > LimitAtMost))
                result.AddError($"--limit takes a number from 1 to {LimitAtMost}, not {limit}");
        });
        Validators.Add(result =>
        {
            if (result.GetValue(_after) != 0 && result.GetValue(_region) is null)
                result.AddError("--after needs --region: each region counts for itself");
            else if (result.GetValue(_after) < 0)
                result.AddError("--after takes 0 or more");
        });
        Add(new StrandedDecisionVerb(replay: true));
        Add(new StrandedDecisionVerb(replay: false));
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan stranded", "those that wait for a decision; exit 1 where there are any"),
        ("banyan stranded --region east-africa --state all --format json", "what was found of one region, and what became of it"),
        ("banyan stranded replay 0192f3a4-… ", "appends one to the journal, under the present epoch"),
        ("banyan stranded discard --all --region east-africa --yes", "gives all of one region up; the journal says so"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var platform = StrandedOptions.ReadPlatform(input.GetValue(_data));
        var regions = StrandedOptions.RegionsOf(platform, input.GetValue(_region));
        var state = input.GetRequiredValue(_state) is var asked and not "all" ? asked : null;
        using var desk = new StrandedDesk(platform);
        var found = new List<StrandedRegion>();
        var silent = new List<string>();
        foreach (var region in regions)
        {
            try
            {
                found.Add(await ReadAsync(desk, region, state, input.GetValue(_after), input.GetValue(_limit), cancellationToken));
            }
            catch (StrandedUnavailableException error) when (regions.Count > 1)
            {
                silent.Add(region);
                context.Terminal.Complain($"{error.Message}: what it keeps is not listed (banyan status)");
            }
            catch (StrandedUnavailableException error)
            {
                throw new CommandFailure($"{error.Message}: is it serving? (banyan status)");
            }
        }

        if (silent.Count == regions.Count)
            throw new CommandFailure($"no region of {platform.Platform} answers: is it running? (banyan status)");
        var listing = new StrandedListing(found, silent);
        if (input.GetValue(_format) == OutputFormat.Json)
            context.Terminal.Out.WriteLine(JsonSerializer.Serialize(listing, StrandedOutput.Default.StrandedListing));
        else
            StrandedText.Write(listing, state, context.Terminal);
        return silent.Count > 0 || found.Exists(static r => r.Kept > 0) ? ExitCode.FoundWrong : ExitCode.Holds;
    }

    private static async Task<StrandedRegion> ReadAsync(StrandedDesk desk, string region, string? state, long after, int limit, CancellationToken cancellationToken)
    {
        var changes = new List<StrandedChange>();
        while (true)
        {
            var size = Math.Min(limit - changes.Count, StrandedDesk.PageSize);
            var page = await desk.ListAsync(region, state, after, size, cancellationToken);
            changes.AddRange(page.Changes);
            after = page.Through;
            if (page.Changes.Count < size || changes.Count == limit)
                return new StrandedRegion(region, page.Kept, after, page.Changes.Count == size, changes);
        }
    }
}
