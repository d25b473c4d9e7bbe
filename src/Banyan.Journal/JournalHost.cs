using Microsoft.Extensions.Hosting;

namespace Banyan.Journal;

/// <summary>Runs the journal's background work as long as the process does.</summary>
internal sealed class JournalHost(PostgresJournal journal) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(journal.Sequencer.RunAsync(stoppingToken), journal.Keeping.RunAsync(stoppingToken));
}
