using Banyan.Journal.Reading;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Journal.Keeping;

/// <summary>Looks now and then for entries and answers that are past their retention; in the process that gives positions only.</summary>
internal sealed partial class JournalKeeping(NpgsqlDataSource source, JournalOptions options, LiveWindow window, JournalStatus status, TimeProvider time, ILogger<JournalKeeping> logger)
{
    // Not on the start path, but soon enough that a cell which is restarted often gets to it.
    private static readonly TimeSpan FirstWait = TimeSpan.FromMinutes(1);

    public EntryRetention Entries { get; } = new(source, options, window);

    public AnswerExpiry Answers { get; } = new(source, options);

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var wait = options.KeepingInterval < FirstWait ? options.KeepingInterval : FirstWait;
        while (true)
        {
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
                return;
            wait = options.KeepingInterval;
            if (status.State != JournalState.Leading)
                continue;
            try
            {
                await Entries.RunAsync(cancellationToken);
                await Answers.RunAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
            {
                LogFailed(e);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Old journal entries or answers could not be dropped; they stay until the next time.")]
    private partial void LogFailed(Exception exception);
}
