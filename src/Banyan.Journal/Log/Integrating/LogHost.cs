using Banyan.Journal.Log.Publishing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Journal.Log.Integrating;

/// <summary>Keeps the log as long as the process does. Where it has to be halted it says so, in every way it has, and the journal goes on without it.</summary>
internal sealed partial class LogHost(LogIntegrator integrator, CheckpointKeeper checkpoints, LogPublisher? publisher, IJournal journal, LogOptions options, LogStatus status, ILogger<LogHost> logger) : BackgroundService
{
    /// <summary>Topic of the entry that says that the log was halted.</summary>
    public const string Topic = "log.alarms";

    /// <summary>Its type.</summary>
    public const string HaltedType = "banyan.log.halted.v1";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var halt = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var signing = checkpoints.RunAsync(halt.Token);
        var publishing = publisher?.RunAsync(stoppingToken) ?? Task.CompletedTask; // what is published stays so, also of a halted log
        try
        {
            await integrator.RunAsync(halt.Token);
        }
        catch (LogHaltedException e)
        {
            status.Update(v => v with { Halted = e.Message });
            LogHalted(options.Origin, e.Message);
            await halt.CancelAsync();
            await signing;
            await NoteAsync(e.Message, stoppingToken);
        }

        await signing;
        await publishing;
    }

    private async Task NoteAsync(string reason, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream();
        using (var json = new System.Text.Json.Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("log"u8, options.Origin);
            json.WriteString("reason"u8, reason);
            json.WriteEndObject();
        }

        try
        {
            var data = System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
            await journal.CommitAsync(new Change { Answer = new StoredAnswer(204), Events = [new JournalEvent { Topic = Topic, Type = HaltedType, Subject = options.Origin, Data = data }] }, cancellationToken);
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
}
