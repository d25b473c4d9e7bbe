using System.Security.Cryptography;
using Banyan.Engines.Keys;
using Banyan.Journal;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Cells.Personal.Vault;

/// <summary>Looks now and then whether keys are to be rotated, and does it; at once when asked.</summary>
internal sealed partial class KeyKeeping(KeyRewrap rewrap, KeyOptions options, TimeProvider time, ILogger<KeyKeeping> logger) : BackgroundService, IServiceFinding
{
    private readonly SemaphoreSlim _asked = new(0, 1);
    private volatile string? _problem;

    /// <summary>What keeps keys from being rotated, in one line; null where nothing does.</summary>
    public string? Problem => _problem;

    public string Service => PersonalService.ServiceName;

    public ValueTask<string?> FindAsync(CancellationToken cancellationToken) => ValueTask.FromResult(_problem is { } problem ? $"keys can't be rotated: {problem}" : null);

    /// <summary>Has it look now.</summary>
    public void Ask()
    {
        if (_asked.CurrentCount == 0)
        {
            try
            {
                _asked.Release();
            }
            catch (SemaphoreFullException)
            {
                // Somebody else asked at the same moment: one look does for both.
            }
        }
    }

    public override void Dispose()
    {
        _asked.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await PauseAsync(stoppingToken);
            if (stoppingToken.IsCancellationRequested)
                return;
            try
            {
                if (await rewrap.RunAsync(stoppingToken) is var wrapped and > 0)
                    LogWrapped(logger, wrapped);
                _problem = null;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is NpgsqlException or RootKeyException or FencedException or CryptographicException)
            {
                _problem = error.Message;
                LogFailed(logger, error.Message);
            }
        }
    }

    /// <summary>The first look comes an interval after the start: nothing of it belongs on the start path.</summary>
    private async Task PauseAsync(CancellationToken stoppingToken)
    {
        using var wake = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var due = Task.Delay(options.LookInterval, time, wake.Token);
        await Task.WhenAny(_asked.WaitAsync(wake.Token), due);
        await wake.CancelAsync();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} keys were wrapped under the partition's newest key.")]
    private static partial void LogWrapped(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Keys could not be rotated; it is tried again: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
