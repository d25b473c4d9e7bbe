using System.CommandLine;
using Banyan.Control.Consensus;
using Banyan.Control.Platform;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan consensus --data D</c>: the consensus store of a platform on one machine.</summary>
internal sealed class ConsensusVerb() : ChildVerb("consensus", "The consensus store of a running platform (started by `up`)")
{
    protected override async Task<ExitCode> RunAsync(ParseResult input, DataFolder data, PlatformState platform, VerbContext context, CancellationToken stopping)
    {
        if (platform.Consensus is not { Kind: ConsensusState.Single })
            throw new CommandFailure($"{data.StateFile} names no consensus store that is a process of ours: it is started by `banyan up`");
        await ConsensusHost.RunAsync(data, platform, stopping);
        return ExitCode.Holds;
    }
}
