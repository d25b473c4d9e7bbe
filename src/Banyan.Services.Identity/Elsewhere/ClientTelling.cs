using System.Threading.Channels;
using Banyan.Cells;
using Banyan.Cells.Access;
using Banyan.Engines.Consensus;
using Banyan.Services.Identity.OpenIdConnect;
using Banyan.Services.Identity.Sessions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Services.Identity.Elsewhere;

/// <summary>
/// Tells every cell of the programs that are registered here, so that they can ask anybody of any region. What could not be
/// told is told again until it was, also after a crash or a failover: what the directory has of this partition is brought to
/// what the table has.
/// </summary>
internal sealed partial class ClientTelling(ClientStore clients, IAccessDirectory directory, IAccessPublisher publisher, IdentitySettings settings, CellContext cell, TimeProvider time, ILogger<ClientTelling> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Has it told what a commit has changed.</summary>
    public void TellSoon() => _wake.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await directory.Known.WaitAsync(stoppingToken);
        while (true) // once at the start: what a process before this one could not tell
        {
            try
            {
                await TellAsync(stoppingToken);
                await _wake.Reader.ReadAsync(stoppingToken);
            }
            catch (Exception e) when (e is ConsensusUnavailableException or NpgsqlException)
            {
                LogUntold(e);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    /// <summary>Tells what is not known yet, or is known otherwise.</summary>
    internal async Task TellAsync(CancellationToken cancellationToken)
    {
        var registered = (await clients.ListAsync(cancellationToken)).ToDictionary(static c => c.Id, StringComparer.Ordinal);
        foreach (var known in directory.Clients.Where(c => c.Home == cell.Partition && !registered.ContainsKey(c.Id)))
        {
            // The tokens that it got for itself end too; those of people, by their grants.
            await publisher.EndSessionAsync(known.Subject, time.GetUtcNow() + settings.TokenLifetime + SessionEnding.ClockSkew, cancellationToken);
            await publisher.WithdrawClientAsync(known.Id, cancellationToken);
        }

        foreach (var client in registered.Values)
        {
            if (directory.FindClient(client.Id) is not { } known || !client.IsAs(known))
                await publisher.PublishClientAsync(client.Entry(cell.Partition), cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Registered programs could not be told to every cell yet. Trying again.")]
    private partial void LogUntold(Exception exception);
}
