using Banyan.Journal;

namespace Banyan.Cells.Health;

/// <summary>The journal's word among those of the services: a cell whose changes get no positions is not ready.</summary>
internal sealed class JournalHealth(JournalStatus status) : IServiceHealth
{
    public const string Name = "journal";

    public string Service => Name;

    public ValueTask<string?> CheckAsync(CancellationToken cancellationToken) => ValueTask.FromResult(status.State switch
    {
        JournalState.Leading or JournalState.Standby => null,
        JournalState.Starting => "starting",
        var state => $"{(state == JournalState.Fenced ? "fenced" : state == JournalState.Stopped ? "stopped" : "failing")}: {status.Detail}",
    });
}
