using System.CommandLine;
using Banyan.Control.Chain.Approving;
using Banyan.Control.Failover;
using Banyan.Control.Platform;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan approve PARTITION --as ROLE</c>: consent to a failover that the blueprint does not leave to the platform alone.</summary>
internal sealed class ApproveVerb : PlatformVerb
{
    private readonly Argument<string> _partition = new("PARTITION") { Description = "The partition that may move" };
    private readonly Option<string[]> _as = new("--as") { Description = "The role that approves; accept-loss where changes may be lost", HelpName = "ROLE", Required = true };

    private readonly Option<string[]> _organisations = new("--organisation") { Description = "The region whose organisation approves, where the blueprint has approvals go through the chain", HelpName = "REGION" };
    private readonly Option<string?> _without = new("--without-chain") { Description = "Approves in the consensus store alone, with the reason: for a chain that is away", HelpName = "WHY" };

    public ApproveVerb()
        : base("approve", "Approves that a partition moves away from a lost region")
    {
        Add(_partition);
        Add(_as);
        Add(_organisations);
        Add(_without);
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan approve lagos-core --as cto --as security", "two of the approvals that the blueprint asks for"),
        ("banyan approve accra --as governance-board --organisation frankfurt --organisation singapore", "through the chain: each organisation's transaction"),
        ("banyan approve east-africa --as accept-loss", "though its standby may lack changes"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, PlatformState platform, PlatformMoves moves, VerbContext context, CancellationToken cancellationToken)
    {
        var partition = Find(platform, input.GetRequiredValue(_partition));
        if (!(await moves.ReadAsync(cancellationToken)).TryGetValue(partition.Name, out var place))
            throw new CommandFailure($"{partition.Name} has no record yet: the platform is still starting");
        var policy = platform.FindRegion(place.Record.Primary)?.Failover;
        var needed = policy?.Approvals ?? [];
        foreach (var role in input.GetRequiredValue(_as))
        {
            if (!needed.Contains(role) && role is not ("operator" or "accept-loss"))
                throw new CommandFailure($"nobody asks '{role}' about {place.Record.Primary}: {(needed.Count > 0 ? string.Join(", ", needed) + ", " : "")}operator and accept-loss can be asked");
            if (policy is { OnChain: true } && needed.Contains(role) && input.GetValue(_without) is null)
            {
                await ApproveOnChainAsync(input, platform, partition.Name, place.Record.Epoch, role, context, cancellationToken);
                continue;
            }

            var by = input.GetValue(_without) is { } why ? $"{Environment.UserName}, without the chain: {why}" : Environment.UserName;
            await moves.ApproveAsync(partition.Name, place.Record.Epoch, role, by, cancellationToken);
            context.Terminal.Out.WriteLine($"{role} approves that {partition.Name} leaves {place.Record.Primary}, in epoch {place.Record.Epoch}");
        }

        return ExitCode.Holds;
    }

    private async Task ApproveOnChainAsync(ParseResult input, PlatformState platform, string partition, int epoch, string role, VerbContext context, CancellationToken cancellationToken)
    {
        var organisations = input.GetValue(_organisations) ?? [];
        if (organisations.Length == 0)
            throw new CommandFailure($"'{role}' speaks through the chain: say whose organisations approve, such as --organisation {platform.Regions[0].Name}, or --without-chain WHY where the chain is away");
        if (organisations.FirstOrDefault(o => platform.FindRegion(o) is null) is { } unknown)
            throw new CommandFailure($"no organisation runs a region '{unknown}': there are {string.Join(", ", platform.Regions.Select(static r => r.Name))}");
        await using var approvals = MoveApprovals.Connect(platform, new DataFolder(DataOf(input)), context.Time) ?? throw new CommandFailure("the platform has no chain yet: run `banyan up` once more");
        foreach (var organisation in organisations)
        {
            var (request, problem) = await approvals.ApproveAsync(partition, epoch, organisation, cancellationToken);
            if (request is null)
                throw new CommandFailure($"{organisation} could not approve on the chain: {problem}; where the chain is away, --without-chain WHY");
            context.Terminal.Out.WriteLine($"{organisation} approves on the chain that {partition} leaves epoch {epoch}: {request.Approvals} of {request.Needed} (request {request.Id})");
        }
    }
}
