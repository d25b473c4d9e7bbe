using Banyan.Cells.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Banyan.Cells.Health;

/// <summary>Whether the cell can serve: it is in that state, its database answers, and every service is well.</summary>
/// <param name="Checks">Each name with null where all is well, else one line that says what is wrong; the services after <c>cell</c>, <c>database</c> and <c>journal</c>.</param>
internal sealed record HealthReport(IReadOnlyList<KeyValuePair<string, string?>> Checks)
{
    /// <summary>What services have to say to an operator though they serve.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Findings { get; init; } = [];

    public bool Ready => Checks.All(static c => c.Value is null);
}

/// <summary>
/// Asks database and services, at most once a second however often it is asked itself: callers share one look. The cell's
/// own state is never out of date. Thread-safe.
/// </summary>
internal sealed class CellHealth(CellOptions options, CellLife life, NpgsqlDataSource database, IReadOnlyList<IService> services, IServiceProvider provider)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly Lock _lock = new();
    private Task<IReadOnlyList<KeyValuePair<string, string?>>>? _look;
    private long _lookedAt;

    public async Task<HealthReport> CheckAsync(CancellationToken cancellationToken)
    {
        var cell = new KeyValuePair<string, string?>("cell", life.State switch
        {
            CellState.Serving when life.IsOpen => null,
            CellState.Starting => $"starting: waits for {life.WaitingFor}",
            CellState.Standby => $"standby: {life.WaitingFor} serves the partition",
            CellState.Draining => "draining",
            CellState.Moving => "moving to another region",
            _ => "fenced: the partition's lease does not hold here",
        });
        if (life.State is not CellState.Serving and not CellState.Draining)
            return new HealthReport([cell]);
        return new HealthReport([cell, .. await Look().WaitAsync(cancellationToken)]) { Findings = await FindAsync(cancellationToken) };
    }

    private async Task<IReadOnlyList<KeyValuePair<string, string>>> FindAsync(CancellationToken cancellationToken)
    {
        var found = new List<KeyValuePair<string, string>>();
        foreach (var finding in provider.GetServices<IServiceFinding>())
        {
            if (await finding.FindAsync(cancellationToken) is { } said)
                found.Add(new(finding.Service, said));
        }

        return found;
    }

    private Task<IReadOnlyList<KeyValuePair<string, string?>>> Look()
    {
        lock (_lock)
        {
            if (_look is null || (_look.IsCompleted && options.Time.GetElapsedTime(_lookedAt) >= KeptFor))
            {
                _lookedAt = options.Time.GetTimestamp();
                _look = LookAsync();
            }

            return _look;
        }
    }

    private async Task<IReadOnlyList<KeyValuePair<string, string?>>> LookAsync()
    {
        await Task.Yield(); // off the lock
        var checks = new List<KeyValuePair<string, string?>> { new("database", await AskDatabaseAsync()) };
        var said = provider.GetServices<IServiceHealth>().ToLookup(static h => h.Service, StringComparer.Ordinal);
        foreach (var name in services.Select(static s => s.Name).Prepend(JournalHealth.Name))
        {
            string? wrong = null;
            foreach (var health in said[name])
                wrong ??= await AskAsync(health);
            checks.Add(new(name, wrong));
        }

        return checks;
    }

    private async Task<string?> AskDatabaseAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(Patience, options.Time);
            await using var command = database.CreateCommand("SELECT pg_is_in_recovery()");
            return await command.ExecuteScalarAsync(limit.Token) is true ? "it is a standby" : null;
        }
        catch (Exception error) when (error is NpgsqlException or OperationCanceledException or ObjectDisposedException)
        {
            return "it does not answer";
        }
    }

    private async Task<string?> AskAsync(IServiceHealth health)
    {
        try
        {
            using var limit = new CancellationTokenSource(Patience, options.Time);
            return await health.CheckAsync(limit.Token);
        }
#pragma warning disable CA1031 // a health check that throws is not healthy
        catch (Exception error)
#pragma warning restore CA1031
        {
            return $"its health check failed: {error.GetType().Name}";
        }
    }
}
