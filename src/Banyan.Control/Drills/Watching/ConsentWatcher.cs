using System.Globalization;
using Banyan.Cells.Partitions;
using Banyan.Control.Chain.Approving;
using Banyan.Control.Chain.Deploying;
using Banyan.Control.Platform;

namespace Banyan.Control.Drills.Watching;

/// <summary>
/// Follows a consent that people must give before the partition moves: says how to give it as soon as nobody serves the partition any more, and where it
/// is given on the chain notes how it comes about there.
/// </summary>
/// <param name="platform">The platform.</param>
/// <param name="partition">The partition.</param>
/// <param name="mayMove">Whether the region itself is lost in this scenario, so that the partition waits for people: where one process fails, its keeper mends it.</param>
/// <param name="approvals">The contract; null where the platform has no chain.</param>
/// <param name="watcher">What follows the consensus store.</param>
/// <param name="timeline">Where it is noted.</param>
/// <param name="time">The clock.</param>
internal sealed class ConsentWatcher(PlatformState platform, string partition, bool mayMove, MoveApprovals? approvals, StoreWatcher watcher, Timeline timeline, TimeProvider time)
{
    /// <summary>Nobody serves the partition, and people must consent before anybody does.</summary>
    public const string Awaited = "consent awaited";

    /// <summary>Somebody asks for it on the chain.</summary>
    public const string Requested = "consent requested";

    /// <summary>One more organisation approves.</summary>
    public const string Given = "consent given";

    /// <summary>Enough have.</summary>
    public const string Complete = "consent complete";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private volatile PartitionRecord? _before;
    private volatile ConsentSight? _last;
    private volatile bool _waited;

    /// <summary>The request as it was last seen; null where none was.</summary>
    public ConsentSight? Last => _last;

    /// <summary>Whether the partition was seen to wait for people's consent.</summary>
    public bool Waited => _waited;

    /// <summary>Who must consent to leaving the region that served.</summary>
    public IReadOnlyList<string> Roles => _before is { } before && platform.FindRegion(before.Primary)?.Failover is { Mode: "manual" } policy ? policy.Approvals : [];

    /// <summary>Names the record whose epoch would be left.</summary>
    public void Await(PartitionRecord? before) => _before = before;

    /// <summary>Follows until told to stop, or until the partition has left its epoch.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Look, time, stop);
                if (timeline.Broken is null || _before is not { } before || Roles.Count == 0)
                    continue;
                var moved = watcher.Partition is { } now && now.Epoch > before.Epoch;
                if (!moved && !_waited && mayMove && watcher.Hold is null)
                {
                    _waited = true;
                    timeline.Add(Awaited, $"of {string.Join(", ", Roles)}: {Command(before)}");
                }

                if (platform.FindRegion(before.Primary) is { Failover.OnChain: true } && approvals is not null)
                    await LookAsync(approvals, before.Epoch, stop);
                if (moved)
                    return;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The drill is over.
        }
    }

    /// <summary>The command by which people consent.</summary>
    private string Command(PartitionRecord before)
    {
        var command = $"banyan approve {partition} --as {string.Join(" --as ", Roles)}";
        if (platform.FindRegion(before.Primary) is { Failover.OnChain: true } && platform.Chain is { Accounts.Count: > 0 } chain)
            command += string.Concat(chain.Accounts.Take(DeploymentPlan.Threshold(chain.Accounts.Count)).Select(static a => $" --organisation {a.Region}"));
        return command;
    }

    private async Task LookAsync(MoveApprovals chain, int epoch, CancellationToken stop)
    {
        // A chain that is away is looked at again; people can consent without it.
        if ((await chain.FindAsync(partition, epoch, stop)).Request is not { } request)
            return;
        var before = _last?.Request is { } seen && seen.Id == request.Id ? seen : null;
        if (before is not null && before.Approvals == request.Approvals && before.State == request.State)
            return;
        var organisations = await chain.ApproversAsync(request.Id, stop);
        if (before is null)
            timeline.Add(Requested, string.Create(CultureInfo.InvariantCulture, $"request {request.Id} on the chain: {request.Needed} organisations must approve"));
        for (var given = before?.Approvals ?? 0; given < request.Approvals; given++)
            timeline.Add(Given, string.Create(CultureInfo.InvariantCulture, $"{(given < organisations.Count ? organisations[given] : "an organisation")}, {given + 1} of {request.Needed}"));
        if (request.Approvals >= request.Needed && !(before?.Approvals >= request.Needed))
            timeline.Add(Complete, string.Create(CultureInfo.InvariantCulture, $"request {request.Id} may be carried out"));
        _last = new ConsentSight(request, organisations);
    }
}

/// <summary>A request as it was seen. Immutable.</summary>
/// <param name="Request">The request.</param>
/// <param name="Organisations">Who had approved it, in order.</param>
internal sealed record ConsentSight(MoveRequest Request, IReadOnlyList<string> Organisations);
