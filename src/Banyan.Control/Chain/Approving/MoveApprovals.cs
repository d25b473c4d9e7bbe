using System.Globalization;
using System.Numerics;
using System.Text;
using Banyan.Control.Chain.Contracts;
using Banyan.Control.Chain.Deploying;
using Banyan.Control.Chain.Governing;
using Banyan.Control.Chain.Keys;
using Banyan.Control.Platform;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Hashing;
using Banyan.Engines.Evm.Signing;

namespace Banyan.Control.Chain.Approving;

/// <summary>The consent of organisations to moving a partition, as transactions on the contract <c>Approvals</c>. Nothing throws for a chain that is away. Thread-safe.</summary>
public sealed class MoveApprovals : IAsyncDisposable
{
    /// <summary>How long a request can be approved and carried out.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    private readonly PlatformState _platform;
    private readonly DataFolder _data;
    private readonly TimeProvider _time;
    private readonly ContractDesk? _approvals;

    private MoveApprovals(PlatformState platform, ChainState chain, DataFolder data, TimeProvider time)
    {
        (_platform, _data, _time) = (platform, data, time);
        if (ContractArtifacts.Load() is not { } artifacts)
            return;
        var contracts = new ContractBook(chain.Contracts!, artifacts);
        var names = new AccountNames(platform, contracts, chain.Accounts.ToDictionary(static a => EvmAddress.Parse(a.Organisation), static a => a.Region));
        _approvals = new ContractDesk(chain, contracts.Approvals.Address, contracts.Approvals.Artifact, new RevertWords(contracts, names, contracts.Approvals).Of, time);
    }

    /// <summary>Makes one; connects when it is first asked.</summary>
    /// <returns>Null where the platform has no chain, or no contracts on it yet.</returns>
    public static MoveApprovals? Connect(PlatformState platform, DataFolder data, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(platform);
        return platform.Chain is { Contracts: not null } chain ? new MoveApprovals(platform, chain, data, time) : null;
    }

    /// <summary>What the request is about, for people.</summary>
    public static string Text(string platform, string partition, int epoch) => string.Create(CultureInfo.InvariantCulture, $"{platform}: the partition {partition} may move out of epoch {epoch}");

    /// <summary>The newest request for a partition's epoch; null where there is none.</summary>
    public async Task<(MoveRequest? Request, string? Problem)> FindAsync(string partition, int epoch, CancellationToken cancellationToken)
    {
        if (_approvals is null)
            return (null, ContractArtifacts.Missing);
        var latest = await _approvals.AskAsync("latest", [DeploymentPlan.Failover, Subject(partition, epoch)], cancellationToken);
        if (!latest.Ok)
            return (null, latest.Error.Message);
        if ((long)(BigInteger)latest.Value[0] is not (> 0 and var id))
            return (null, null);
        var (standing, needed) = (await _approvals.AskAsync("get", [id], cancellationToken), await _approvals.AskAsync("neededFor", [DeploymentPlan.Failover], cancellationToken));
        if (!standing.Ok || !needed.Ok)
            return (null, (standing.Error ?? needed.Error)!.Message);
        var fields = (object[])standing.Value[0];
        return (new MoveRequest(id, (MoveRequestState)Number(fields[0]), Number(fields[7]), Number(needed.Value[0]), Time(fields[5])!.Value, Time(fields[6])), null);
    }

    /// <summary>Who approved a request, in the order of their transactions: the region that each runs, the account where no region has it; empty where the chain is away.</summary>
    public async Task<IReadOnlyList<string>> ApproversAsync(long id, CancellationToken cancellationToken)
    {
        if (_approvals is null)
            return [];
        var answer = await _approvals.AskAsync("approversOf", [id], cancellationToken);
        return !answer.Ok ? [] : [.. ((object[])answer.Value[0]).Select(a => ((EvmAddress)a).ToString()).Select(a => _platform.Chain!.Accounts.FirstOrDefault(c => c.Organisation == a)?.Region ?? a)];
    }

    /// <summary>Approves with an organisation's key, and requests first where nobody has.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="epoch">The epoch that it would leave.</param>
    /// <param name="organisation">The region whose organisation it is; its key must be in this data folder.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    /// <returns>The request afterwards, or why it could not be approved.</returns>
    /// <exception cref="PlatformException">The key can't be used.</exception>
    public async Task<(MoveRequest? Request, string? Problem)> ApproveAsync(string partition, int epoch, string organisation, CancellationToken cancellationToken)
    {
        using var key = ChainKeys.Organisation(_data, organisation);
        var (request, problem) = await FindAsync(partition, epoch, cancellationToken);
        if (problem is not null)
            return (null, problem);
        if (request is not { State: MoveRequestState.Open or MoveRequestState.Approved })
        {
            problem = await _approvals!.SendAsync(key, "request", [DeploymentPlan.Failover, Subject(partition, epoch), Text(_platform.Platform, partition, epoch), (_time.GetUtcNow() + Lifetime).ToUnixTimeSeconds()], cancellationToken);
            if (problem is null)
                (request, problem) = await FindAsync(partition, epoch, cancellationToken);
            if (problem is not null)
                return (null, problem);
        }

        problem = await _approvals!.SendAsync(key, "approve", [request!.Id], cancellationToken);
        return problem is null ? await FindAsync(partition, epoch, cancellationToken) : (null, problem);
    }

    /// <summary>Marks a request as carried out, with a keeper's key: once.</summary>
    /// <returns>Why not; null where it is.</returns>
    internal Task<string?> ExecuteAsync(MoveRequest request, PrivateKeySigner keeper, CancellationToken cancellationToken) => _approvals!.SendAsync(keeper, "execute", [request.Id], cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _approvals?.DisposeAsync() ?? default;

    private EvmHash Subject(string partition, int epoch) => Keccak256.Hash(Encoding.UTF8.GetBytes(Text(_platform.Platform, partition, epoch)));

    private static int Number(object value) => (int)(BigInteger)value;

    private static DateTimeOffset? Time(object seconds) => (long)(BigInteger)seconds is > 0 and var at ? DateTimeOffset.FromUnixTimeSeconds(at) : null;
}
