using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Journal.Log.Integrating;

/// <summary>
/// Keeps the log as long as the process does. Where it has to be halted it says so, in every way it has, and the journal goes
/// on without it, until an operator says how it goes on (<see cref="LogRecovery"/>).
/// </summary>
internal sealed partial class LogHost(LogParts parts, LogRecovery recovery, ILogger<LogHost> logger) : BackgroundService
{
    /// <summary>Topic of the entries that say that the log was halted, and how it went on.</summary>
    public const string Topic = "log.alarms";

    /// <summary>The type of the entry that says that it was halted.</summary>
    public const string HaltedType = "banyan.log.halted.v1";

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private string? _noted;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
                await KeepAsync(await FindOptionsAsync(stoppingToken), stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // It ends with the process.
        }
    }

    /// <summary>Which generation there is, as soon as the database says so.</summary>
    private async Task<LogOptions> FindOptionsAsync(CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                var (generation, signsFrom) = await parts.Store.FindGenerationAsync(cancellationToken);
                parts.Status.Update(v => v.Generation == generation ? v : new LogView { Generation = generation });
                return parts.Options.OfGeneration(generation) with { SignsFrom = signsFrom };
            }
            catch (NpgsqlException e)
            {
                parts.Status.Update(v => v with { GrowthProblem = $"The journal's entries can't be taken into the log, and it is tried again: {e.Message}" });
                LogFailed(e, parts.Options.Origin, pause.TotalMilliseconds);
            }

            await Task.Delay(pause, parts.Time, cancellationToken);
        }
    }

    /// <summary>Keeps one generation until an operator has to say how it goes on, and has.</summary>
    private async Task KeepAsync(LogOptions options, CancellationToken cancellationToken)
    {
        parts.Status.Update(static v => v with { GrowthProblem = null });
        var work = parts.Of(options);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var halt = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
        var signing = work.Checkpoints.RunAsync(halt.Token);
        var publishing = work.Publisher?.RunAsync(over.Token) ?? Task.CompletedTask; // what is published stays so, also of a halted log
        var integrating = IntegrateAsync(work, halt, over.Token);
        try
        {
            await SettleAsync(work, integrating);
            var asked = recovery.NextAsync(over.Token).AsTask();
            await Task.WhenAny(integrating, asked);
            if (integrating.IsFaulted)
                await integrating;
            var order = await asked;
            await over.CancelAsync();
            await Task.WhenAll(integrating, signing, publishing);
            await RecoverAsync(work, order, cancellationToken);
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(integrating, signing, publishing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Until it is known whether the log goes on: what somebody decides is about what is so now.</summary>
    private async Task SettleAsync(LogWork work, Task integrating)
    {
        while (true)
        {
            var (changed, grown) = (parts.Status.Changed, work.Integrator.Grown);
            if (integrating.IsCompleted || work.Integrator.Current is not null || parts.Status.View.GrowthProblem is not null)
                return;
            await Task.WhenAny(integrating, changed, grown);
        }
    }

    private async Task IntegrateAsync(LogWork work, CancellationTokenSource halt, CancellationToken cancellationToken)
    {
        try
        {
            await work.Integrator.RunAsync(halt.Token);
        }
        catch (LogHaltedException e)
        {
            parts.Status.Update(v => v with { Halted = e.Message });
            LogHalted(work.Options.Origin, e.Message);
            await halt.CancelAsync(); // nothing is signed from here on
            if (e.Message != _noted)
                await NoteHaltAsync(work.Options, e.Message, cancellationToken);
        }
    }

    private async Task RecoverAsync(LogWork work, RecoveryOrder order, CancellationToken cancellationToken)
    {
        RecoveryOutcome outcome;
        try
        {
            outcome = await new LogRestart(parts, work).DoAsync(order, cancellationToken);
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            order.Outcome.TrySetCanceled(e.CancellationToken);
            throw;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogNotRecovered(e, work.Options.Origin);
            outcome = new RecoveryOutcome(false, $"It could not be done: {e.Message}");
        }

        LogRecovered(work.Options.Origin, order.Actor ?? "the platform", outcome.Message);
        if (outcome.Done)
        {
            _noted = null;
            parts.Status.Update(static v => v with { Halted = null, GrowthProblem = null, CheckpointProblem = null, Refused = null });
        }

        order.Outcome.TrySetResult(outcome);
    }

    private async Task NoteHaltAsync(LogOptions options, string reason, CancellationToken cancellationToken)
    {
        try
        {
            await LogNotes.WriteAsync(parts.Journal, HaltedType, actor: null, json =>
            {
                json.WriteString("log"u8, options.Origin);
                json.WriteString("reason"u8, reason);
            }, options.Origin, cancellationToken);
            _noted = reason;
        }
        catch (Exception e) when (e is NpgsqlException or FencedException or OperationCanceledException)
        {
            LogNotNoted(e, options.Origin);
        }
    }

    [LoggerMessage(LogLevel.Critical, "Log {Origin} is halted and signs nothing: {Reason}")]
    private partial void LogHalted(string origin, string reason);

    [LoggerMessage(LogLevel.Error, "That log {Origin} is halted could not be written to the journal.")]
    private partial void LogNotNoted(Exception exception, string origin);

    [LoggerMessage(LogLevel.Error, "How log {Origin} goes on was decided and could not be done.")]
    private partial void LogNotRecovered(Exception exception, string origin);

    [LoggerMessage(LogLevel.Warning, "Log {Origin}, by {Actor}: {Message}")]
    private partial void LogRecovered(string origin, string actor, string message);

    [LoggerMessage(LogLevel.Warning, "Which generation log {Origin} is of can't be read; it is tried again in {PauseMilliseconds} ms.")]
    private partial void LogFailed(Exception exception, string origin, double pauseMilliseconds);
}
