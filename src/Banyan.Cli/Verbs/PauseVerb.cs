using System.CommandLine;
using Banyan.Control.Failover;
using Banyan.Control.Platform;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan pause</c>: nothing moves by itself, for the time of a maintenance.</summary>
internal sealed class PauseVerb : PlatformVerb
{
    private readonly Option<string> _why = new("--why") { Description = "Shown to whoever wonders", HelpName = "TEXT", DefaultValueFactory = static _ => "by an operator" };

    public PauseVerb()
        : base("pause", "Keeps partitions where they are, whatever fails, until `resume`") => Add(_why);

    public override IReadOnlyList<(string Command, string Does)> Examples => [("banyan pause --why 'new switches in Nairobi'", "before work on a region")];

    protected override async Task<ExitCode> RunAsync(ParseResult input, PlatformState platform, PlatformMoves moves, VerbContext context, CancellationToken cancellationToken)
    {
        await moves.PauseAsync(input.GetRequiredValue(_why), cancellationToken);
        context.Terminal.Out.WriteLine("paused: no partition moves until `banyan resume`");
        return ExitCode.Holds;
    }
}

/// <summary><c>banyan resume</c>: ends a pause.</summary>
internal sealed class ResumeVerb() : PlatformVerb("resume", "Lets partitions move again after `pause`")
{
    public override IReadOnlyList<(string Command, string Does)> Examples => [("banyan resume", "after the work")];

    protected override async Task<ExitCode> RunAsync(ParseResult input, PlatformState platform, PlatformMoves moves, VerbContext context, CancellationToken cancellationToken)
    {
        await moves.PauseAsync(null, cancellationToken);
        context.Terminal.Out.WriteLine("partitions move again where they must");
        return ExitCode.Holds;
    }
}
