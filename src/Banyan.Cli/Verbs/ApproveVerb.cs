using System.CommandLine;
using Banyan.Control.Failover;
using Banyan.Control.Platform;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan approve PARTITION --as ROLE</c>: consent to a failover that the blueprint does not leave to the platform alone.</summary>
internal sealed class ApproveVerb : PlatformVerb
{
    private readonly Argument<string> _partition = new("PARTITION") { Description = "The partition that may move" };
    private readonly Option<string[]> _as = new("--as") { Description = "The role that approves; accept-loss where changes may be lost", HelpName = "ROLE", Required = true };

    public ApproveVerb()
        : base("approve", "Approves that a partition moves away from a lost region")
    {
        Add(_partition);
        Add(_as);
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan approve lagos-core --as cto --as security", "two of the approvals that the blueprint asks for"),
        ("banyan approve east-africa --as accept-loss", "though its standby may lack changes"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, PlatformState platform, PlatformMoves moves, VerbContext context, CancellationToken cancellationToken)
    {
        var partition = Find(platform, input.GetRequiredValue(_partition));
        if (!(await moves.ReadAsync(cancellationToken)).TryGetValue(partition.Name, out var place))
            throw new CommandFailure($"{partition.Name} has no record yet: the platform is still starting");
        var needed = platform.FindRegion(place.Record.Primary)?.Failover.Approvals ?? [];
        foreach (var role in input.GetRequiredValue(_as))
        {
            if (!needed.Contains(role) && role is not ("operator" or "accept-loss"))
                throw new CommandFailure($"nobody asks '{role}' about {place.Record.Primary}: {(needed.Count > 0 ? string.Join(", ", needed) + ", " : "")}operator and accept-loss can be asked");
            await moves.ApproveAsync(partition.Name, place.Record.Epoch, role, Environment.UserName, cancellationToken);
            context.Terminal.Out.WriteLine($"{role} approves that {partition.Name} leaves {place.Record.Primary}, in epoch {place.Record.Epoch}");
        }

        return ExitCode.Holds;
    }
}
