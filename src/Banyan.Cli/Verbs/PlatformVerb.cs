using System.CommandLine;
using Banyan.Control.Certificates;
using Banyan.Control.Failover;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;

namespace Banyan.Cli.Verbs;

/// <summary>A verb that asks something of a running platform's control plane.</summary>
internal abstract class PlatformVerb : Verb
{
    private readonly Option<string?> _data = VerbOptions.Data();

    protected PlatformVerb(string name, string description)
        : base(name, description) => Add(_data);

    protected sealed override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var data = new DataFolder(DataOf(input));
        var platform = PlatformStateFile.Read(data)?.Join(data, ProcessLinks.Operator, context.Time) ?? throw new CommandFailure($"no platform in {data.Root}: start one with `banyan up`, or name its folder with --data");
        await using var moves = PlatformMoves.Connect(platform, context.Time) ?? throw new CommandFailure($"the platform in {data.Root} was made before partitions moved: run `banyan up` once more");
        try
        {
            return await RunAsync(input, platform, moves, context, cancellationToken);
        }
        catch (ConsensusUnavailableException)
        {
            throw new CommandFailure($"the consensus store of {platform.Platform} does not answer: is the platform running? (banyan status)");
        }
    }

    /// <summary>The platform's folder.</summary>
    protected string DataOf(ParseResult input) => input.GetValue(_data) ?? DataFolder.DefaultPath();

    protected abstract Task<ExitCode> RunAsync(ParseResult input, PlatformState platform, PlatformMoves moves, VerbContext context, CancellationToken cancellationToken);

    /// <summary>The partition that someone named.</summary>
    protected static PartitionState Find(PlatformState platform, string name) => platform.FindPartition(name)
        ?? throw new CommandFailure($"platform {platform.Platform} has no partition '{name}': it has {string.Join(", ", platform.Partitions.Select(static p => p.Name))}");
}
