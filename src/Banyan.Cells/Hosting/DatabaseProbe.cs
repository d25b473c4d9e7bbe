using Banyan.Engines.Postgres;
using Npgsql;

namespace Banyan.Cells.Hosting;

/// <summary>
/// Finds out that a database has fallen silent: its connections stand, and no answer comes, as when its processes or its disk
/// are frozen. Requests alone would find that out by their own time limits, half a minute later. One owner.
/// </summary>
internal sealed class DatabaseProbe(CellOptions options)
{
    /// <summary>No answer for so long, and it is silent.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Between questions.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    /// <summary>Asks again and again, on a connection of its own; returns when no answer came in time. One that refuses, or ends its connections, is not silent: others see to that.</summary>
    /// <exception cref="OperationCanceledException">It was told to end.</exception>
    public async Task WaitForSilenceAsync(CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            ApplicationName = "cell-probe",
            Pooling = false,
            Timeout = (int)Patience.TotalSeconds,
            CommandTimeout = (int)Patience.TotalSeconds,
            CancellationTimeout = -1, // A frozen server does not hear a cancellation either.
            MaxAutoPrepare = 0,
        };
        await using var source = PostgresLink.Open(settings, options.DatabaseLink);
        await Task.Delay(Look, options.Time, cancellationToken); // Not while a partition is being taken over.
        while (true)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellationToken);
                await using var question = new NpgsqlCommand("SELECT 1", connection);
                while (true)
                {
                    await question.ExecuteScalarAsync(cancellationToken);
                    await Task.Delay(Look, options.Time, cancellationToken);
                }
            }
            catch (NpgsqlException silent) when (silent.InnerException is TimeoutException)
            {
                return;
            }
            catch (TimeoutException)
            {
                return; // While it logged in.
            }
            catch (NpgsqlException)
            {
                await Task.Delay(Look, options.Time, cancellationToken);
            }
        }
    }
}
