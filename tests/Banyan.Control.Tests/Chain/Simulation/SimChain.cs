using System.Security.Cryptography;
using System.Text;
using Banyan.Control.Chain.Anchoring;
using Banyan.Journal.Log.Merkle;

namespace Banyan.Control.Tests.Chain.Simulation;

/// <summary>A chain that is away, slow to mine, reorganised, reset or paused as the seed has it; it notes whatever is asked of it that must never be.</summary>
internal sealed class SimChain : IAnchorLedger
{
    private readonly List<Block> _blocks = [new Block(false, null, null)];

    public bool IsDown { get; set; }

    public bool IsPaused { get; set; }

    /// <summary>The next anchor gets into a block, and whoever sent it never hears.</summary>
    public bool SwallowsAnswers { get; set; }

    public int Deployments { get; private set; }

    public Dictionary<string, int> Anchors { get; } = [];

    public List<string> Violations { get; } = [];

    public bool IsDeployed => _blocks.Exists(static b => b.Deploys);

    public long Height => _blocks.Count - 1;

    public ChainAnchor? NewestOf(string partition)
    {
        var at = _blocks.FindLastIndex(b => b.Partition == partition);
        return at < 0 ? null : new ChainAnchor(_blocks[at].Head!.Size, _blocks[at].Head!.Root, at);
    }

    public void Mine() => _blocks.Add(new Block(false, null, null));

    public void Reorganise(int depth)
    {
        var left = Math.Max(1, _blocks.Count - depth);
        _blocks.RemoveRange(left, _blocks.Count - left);
        Mine();
    }

    public void Reset() => _blocks.RemoveRange(1, _blocks.Count - 1);

    public Task<ChainSight> LookAsync(IReadOnlyList<string> partitions, CancellationToken cancellationToken) => Task.FromResult(IsDown ? new ChainSight { Problem = "nobody answers" } : !IsDeployed ? new ChainSight { Height = Height } : new ChainSight
    {
        Height = Height,
        Deployed = true,
        Paused = IsPaused,
        Newest = partitions.Where(p => NewestOf(p) is not null).ToDictionary(static p => p, p => NewestOf(p)!),
    });

    public Task<string?> DeployAsync(CancellationToken cancellationToken)
    {
        if (IsDown)
            return Task.FromResult<string?>("nobody answers");
        if (!IsDeployed)
            _blocks.Add(new Block(true, null, null));
        Deployments++;
        return Task.FromResult<string?>(null);
    }

    public Task<string?> AnchorAsync(string partition, LogHead head, CancellationToken cancellationToken)
    {
        Anchors[partition] = Anchors.GetValueOrDefault(partition) + 1;
        if (IsDown)
            return Task.FromResult<string?>("nobody answers");
        if (!IsDeployed)
            return Task.FromResult<string?>("there is no contract");
        if (IsPaused)
            return Task.FromResult<string?>("paused");
        var newest = NewestOf(partition);
        if (newest is not null && (head.Size < newest.Size || (head.Size == newest.Size && head.Root != newest.Root)))
            Violations.Add($"{partition}: {head.Size} was to be anchored after {newest.Size}");
        if (newest is null || head.Size > newest.Size)
            _blocks.Add(new Block(false, partition, head));
        var swallowed = SwallowsAnswers;
        SwallowsAnswers = false;
        return Task.FromResult(swallowed ? "it was in no block after 60 s" : null);
    }

    private sealed record Block(bool Deploys, string? Partition, LogHead? Head);
}

/// <summary>Logs that grow, and sometimes can't be asked.</summary>
internal sealed class SimLogs : ICheckpointSource
{
    public Dictionary<string, long> Sizes { get; } = [];

    public HashSet<string> Away { get; } = [];

    public Task<HeadSight> NewestAsync(string partition, CancellationToken cancellationToken) => Task.FromResult(
        Away.Contains(partition) ? new HeadSight(null, "its cell does not answer")
        : Sizes[partition] == 0 ? new HeadSight(null, null)
        : new HeadSight(new LogHead(Sizes[partition], RootOf(partition, Sizes[partition])), null));

    public static MerkleHash RootOf(string partition, long size) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{partition} {size}")));
}
