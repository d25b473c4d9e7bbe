using System.CommandLine;
using System.Text.Json;
using Banyan.Cli.Output;
using Banyan.Cli.Shifts;
using Banyan.Control.Certificates;
using Banyan.Control.Platform;
using Banyan.Control.Status;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan status</c>: how a running platform is.</summary>
internal sealed class StatusVerb : Verb
{
    private readonly Option<string?> _data = VerbOptions.Data();
    private readonly Option<OutputFormat> _format = VerbOptions.Format();

    public StatusVerb()
        : base("status", "Says how each region of the running platform is")
    {
        Add(_data);
        Add(_format);
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan status", "the platform in the default data folder, as a table"),
        ("banyan status --format json | jq '.regions[] | select(.state != \"serving\")'", "the regions that need someone"),
        ("banyan status --data /srv/sankofa", "another platform's"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var data = new DataFolder(input.GetValue(_data) ?? DataFolder.DefaultPath());
        var platform = PlatformStateFile.Read(data)?.Join(data, ProcessLinks.Operator, context.Time) ?? throw new CommandFailure($"no platform in {data.Root}: start one with `banyan up`, or name its folder with --data");
        using var collector = new StatusCollector(context.Time, links: platform.Links);
        var status = await collector.CollectAsync(platform, cancellationToken);
        if (status.Regions.Any(static r => r.KeeperAnswers)) // a platform that is stopped is not waited for
            status = status with { Shifts = await ShiftReport.StatusAsync(platform, context.Time, cancellationToken) };
        if (input.GetValue(_format) == OutputFormat.Json)
            context.Terminal.Out.WriteLine(JsonSerializer.Serialize(status, StatusJson.Default.PlatformStatus));
        else
            StatusText.Write(status, data, context.Terminal);
        return status.Serving ? ExitCode.Holds : ExitCode.FoundWrong;
    }
}
