using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Banyan.Cli.Output;
using Banyan.Control.Drills;
using Banyan.Control.Credentials;
using Banyan.Control.Platform;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan drills</c>: what came of earlier drills.</summary>
internal sealed class DrillsVerb : Verb
{
    private readonly Option<int> _limit = new("--limit") { Description = "The most of each region", HelpName = "N", DefaultValueFactory = static _ => 20 };
    private readonly Option<string?> _data = VerbOptions.Data();
    private readonly Option<OutputFormat> _format = VerbOptions.Format();

    public DrillsVerb()
        : base("drills", "Lists what came of earlier drills")
    {
        foreach (var option in (Option[])[_limit, _data, _format])
            Add(option);
        _limit.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is var limit and (< 1 or > 500))
                result.AddError($"--limit takes a number from 1 to 500, not {limit}");
        });
        Add(new DrillsShowVerb());
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan drills", "the last ones of every region, newest first"),
        ("banyan drills show 0192f3a4-…", "one of them in full; the newest where none is named"),
        ("banyan drills --format json | jq '.evidence[].result | select(.passed | not)'", "those that did not pass, in full"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var terminal = context.Terminal;
        var data = new DataFolder(input.GetValue(_data) ?? DataFolder.DefaultPath());
        var platform = PlatformStateFile.Read(data)?.WithOperatorKey(data) ?? throw new CommandFailure($"no platform in {data.Root}: start one with `banyan up`, or name its folder with --data");
        using var store = new DrillEvidenceStore(platform, context.Time);
        var evidence = await store.ListAsync(input.GetValue(_limit), cancellationToken);
        if (input.GetValue(_format) == OutputFormat.Json)
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(new DrillPage(evidence), DrillJson.Default.DrillPage));
            return ExitCode.Holds;
        }

        if (evidence.Count == 0)
        {
            terminal.Out.WriteLine("no drill has been run yet, or no region answers: `banyan drill region-loss` runs one");
            return ExitCode.Holds;
        }

        var table = new TextTable("WHEN", "SCENARIO", "REGION", "RESULT", "DETECT", "DECIDE", "APPROVE", "PROMOTE", "RTO", "RPO", "CHANGES", "LOST", "FAILED", "LONGEST", "ID");
        foreach (var (id, at, drill) in evidence)
        {
            table.Add(
                at.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), drill.Scenario, drill.Region, drill.Passed ? new("passed", Ink.Green) : new("FAILED", Ink.Red),
                Milliseconds(drill.DetectMs), Milliseconds(drill.DecideMs), Milliseconds(drill.ApproveMs), Milliseconds(drill.PromoteMs), Milliseconds(drill.RtoMs), Milliseconds(drill.RpoMs),
                drill.Changes.Acknowledged.ToString("N0", CultureInfo.InvariantCulture), drill.Changes.Lost.ToString("N0", CultureInfo.InvariantCulture), drill.Requests.Failed.ToString("N0", CultureInfo.InvariantCulture), Milliseconds(drill.Requests.MaxWaitMs), id.ToString());
        }

        table.Write(terminal);
        return ExitCode.Holds;
    }

    private static string Milliseconds(long? value) => value is { } ms ? string.Create(CultureInfo.InvariantCulture, $"{ms} ms") : "-";
}
