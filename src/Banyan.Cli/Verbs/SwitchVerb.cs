using System.CommandLine;
using Banyan.Control.Failover;
using Banyan.Control.Platform;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan switch PARTITION --to REGION</c>: a planned move; nothing is lost, and keyed requests wait.</summary>
internal sealed class SwitchVerb : PlatformVerb
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private readonly Argument<string> _partition = new("PARTITION") { Description = "The partition, named like its home region" };
    private readonly Option<string?> _to = new("--to") { Description = "The region that takes it over; its home, or where it has one standby that", HelpName = "REGION" };

    public SwitchVerb()
        : base("switch", "Moves a partition to another region in order, and back")
    {
        Add(_partition);
        Add(_to);
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan switch east-africa --to south-africa", "serves its residents from south-africa"),
        ("banyan switch east-africa", "takes it home again, or to its standby"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, PlatformState platform, PlatformMoves moves, VerbContext context, CancellationToken cancellationToken)
    {
        var partition = Find(platform, input.GetRequiredValue(_partition));
        if (!(await moves.ReadAsync(cancellationToken)).TryGetValue(partition.Name, out var before))
            throw new CommandFailure($"{partition.Name} has no record yet: the platform is still starting");
        var holders = partition.Databases.Select(static d => d.Region).ToList();
        var to = input.GetValue(_to) ?? holders.Find(h => h != before.Record.Primary)
            ?? throw new CommandFailure($"{partition.Name} has a database in {before.Record.Primary} only: there is nowhere to switch it to");
        if (!holders.Contains(to))
            throw new CommandFailure($"{to} has no database of {partition.Name}: it can be in {string.Join(" or ", holders)}");
        if (to == before.Record.Primary)
        {
            context.Terminal.Out.WriteLine($"{partition.Name} is in {to} already, in epoch {before.Record.Epoch}");
            return ExitCode.Holds;
        }

        if (await moves.PausedAsync(cancellationToken) is { } why)
            throw new CommandFailure($"moves are paused ({why}): let them go on with `banyan resume`");
        var began = context.Time.GetTimestamp();
        await moves.RequestSwitchAsync(partition.Name, to, cancellationToken);
        var seen = false;
        while (context.Time.GetElapsedTime(began) < Patience)
        {
            var now = (await moves.ReadAsync(cancellationToken))[partition.Name];
            if (now.Record.Primary == to && now.Hold is not null)
            {
                context.Terminal.Out.WriteLine(FormattableString.Invariant($"{partition.Name} is served from {to} in epoch {now.Record.Epoch}, after {context.Time.GetElapsedTime(began).TotalMilliseconds:0} ms"));
                return ExitCode.Holds;
            }

            seen |= now.Record.Target is not null || now.Record.Epoch > before.Record.Epoch;
            if (seen && now.Record.Target is null && now.Record.Epoch == before.Record.Epoch)
                throw new CommandFailure($"the switch was given up: {now.Record.Reason}");
            if (!seen && !await moves.IsRequestedAsync(partition.Name, cancellationToken) && (await moves.ReadAsync(cancellationToken))[partition.Name] is { Record: { Target: null } record } && record.Epoch == before.Record.Epoch)
                throw new CommandFailure($"the switch was refused: the standby in {to} does not receive now (banyan status)");
            await Task.Delay(Look, context.Time, cancellationToken);
        }

        await moves.DropRequestAsync(partition.Name, cancellationToken);
        throw new CommandFailure(FormattableString.Invariant($"{partition.Name} is not served from {to} after {Patience.TotalSeconds:0} s: banyan status, and the keepers' logs, say why"));
    }
}
