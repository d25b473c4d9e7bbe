using System.CommandLine;
using System.Net;
using Banyan.Control.Consensus;
using Banyan.Control.Platform;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan consensus --data D</c>: where the control plane agrees, for one machine.</summary>
internal sealed class ConsensusVerb() : ChildVerb("consensus", "The consensus store of a running platform (started by `up`)")
{
    protected override string ProcessOf(ParseResult input) => Name;

    protected override async Task<ExitCode> RunAsync(ParseResult input, DataFolder data, PlatformState platform, VerbContext context, CancellationToken stopping)
    {
        if (platform.Consensus is not { Kind: ConsensusState.Single, Members: [var member, ..] })
            throw new CommandFailure($"{data.StateFile} asks for no consensus store of one process: `banyan up` decides that");
        return (ExitCode)await ConsensusServer.RunAsync(new ConsensusOptions { Folder = data.Consensus, Address = IPAddress.Parse(member.Host), Port = member.Port, InstanceId = platform.InstanceId, Links = platform.Links }, stopping);
    }
}
