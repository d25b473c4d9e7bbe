using Banyan.Cells.Access.Directory;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Control.Credentials;

/// <summary>
/// API keys for the clients of one drill, one each, so that each is limited for itself as clients are; withdrawn at its end, and
/// good for an hour at most.
/// </summary>
internal sealed class DrillKeys : IAsyncDisposable
{
    private static readonly TimeSpan Life = TimeSpan.FromHours(1);
    private static readonly TimeSpan WithdrawPatience = TimeSpan.FromSeconds(2);
    private readonly AccessDirectory? _directory;

    private DrillKeys(AccessDirectory? directory, IReadOnlyList<ApiCredential> keys) => (_directory, Keys) = (directory, keys);

    /// <summary>The keys; none where nobody is asked who they are.</summary>
    public IReadOnlyList<ApiCredential> Keys { get; }

    /// <summary>Makes them and has every cell know them.</summary>
    /// <exception cref="ConsensusUnavailableException">The store does not answer.</exception>
    public static async Task<DrillKeys> IssueAsync(PlatformState platform, IConsensusStore? store, int count, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!platform.AsksCallers || store is null)
            return new DrillKeys(null, []);
        var directory = new AccessDirectory(store, time, NullLogger<AccessDirectory>.Instance);
        var drill = Guid.NewGuid().ToString("n")[..8];
        var keys = Enumerable.Range(1, count).Select(i => ApiCredential.Create($"drill-{drill}-{i}")).ToList();
        var expires = time.GetUtcNow() + Life;
        foreach (var key in keys)
            await directory.PublishApiKeyAsync(key.ToEntry(platform.Regions[0].Name, ["operator"], expires), cancellationToken);
        return new DrillKeys(directory, keys);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_directory is null)
            return;
        using var patience = new CancellationTokenSource(WithdrawPatience);
        try
        {
            foreach (var key in Keys)
                await _directory.WithdrawApiKeyAsync(key.Id, patience.Token);
        }
        catch (Exception away) when (away is ConsensusUnavailableException or OperationCanceledException)
        {
            // They end by themselves within the hour.
        }
    }
}
