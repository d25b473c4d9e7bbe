using Banyan.Cells.Access;
using Banyan.Cells.Gateway;
using Banyan.Cells.Health;
using Banyan.Cells.Hosting;
using Banyan.Cells.Http;
using Banyan.Cells.Partitions;
using Banyan.Cells.Telemetry;
using Banyan.Journal;
using Banyan.Journal.Log.Integrating;
using Banyan.Journal.Stranded;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Banyan.Cells.Status;

/// <summary><c>/cell/v1/status</c>: how the cell is and what it has done since it started, for the console and <c>banyan status</c>.</summary>
internal sealed class StatusEndpoint(CellOptions options, CellLife life, CellHealth health, MetricsRegistry metrics, IJournal journal, StrandedChanges stranded, IWriteFence fence, LogStatus? log = null)
{
    /// <summary>They come when an old primary returns, and go when someone decides: nothing that is asked for at every look.</summary>
    private static readonly TimeSpan StrandedLook = TimeSpan.FromSeconds(2);

    private readonly DateTimeOffset _startedAt = options.Time.GetUtcNow();
    private long _head;
    private long _stranded;
    private long? _strandedAt;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var status = ActivatorUtilities.CreateInstance<StatusEndpoint>(routes.ServiceProvider);
        routes.MapGet("/cell/v1/status", async context => await (await status.GetAsync(context.RequestAborted)).ExecuteAsync(context)).Always().Requires("cell.status.read");
    }

    private async Task<IResult> GetAsync(CancellationToken cancellationToken)
    {
        var report = await health.CheckAsync(cancellationToken);
        var head = await HeadAsync(cancellationToken);
        var waiting = await StrandedAsync(cancellationToken);
        return JsonAnswer.Of(json =>
        {
            json.WriteString("region"u8, options.Context.Region);
            json.WriteString("partition"u8, options.Context.Partition);
            json.WriteString("state"u8, State());
            json.WriteNumber("epoch"u8, fence.Epoch);
            json.WriteStartObject("lease"u8);
            json.WriteBoolean("holds"u8, fence.Holds);
            if (fence is PartitionFence lease)
                json.WriteNumber("until_ms"u8, (long)lease.Remaining.TotalMilliseconds);
            else
                json.WriteNull("until_ms"u8);
            json.WriteEndObject();
            json.WriteStartArray("services"u8);
            foreach (var (name, wrong) in report.Checks)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, name);
                json.WriteBoolean("healthy"u8, wrong is null);
                json.WriteString("detail"u8, wrong);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("shed"u8);
            foreach (var name in options.Shed.Names)
                json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteStartObject("journal"u8);
            json.WriteNumber("head"u8, head);
            json.WriteNumber("stranded"u8, waiting);
            json.WriteEndObject();
            if (log is { View: var view })
            {
                json.WriteStartObject("log"u8);
                json.WriteNumber("generation"u8, view.Generation);
                json.WriteNumber("size"u8, view.Size);
                json.WriteNumber("published"u8, view.Published?.Checkpoint.Size ?? 0);
                if (view.Stored is { } stored)
                    json.WriteNumber("stored"u8, stored);
                json.WriteString("halted"u8, view.Halted);
                json.WriteString("problem"u8, view.Refused ?? view.Alone ?? view.Problem ?? view.StoreProblem);
                json.WriteEndObject();
            }

            json.WriteStartObject("counters"u8);
            json.WriteNumber("requests"u8, metrics.Sum("http.server.request.duration"));
            json.WriteNumber("changes"u8, metrics.Sum("banyan.journal.changes", "result", "committed"));
            json.WriteNumber("readings"u8, metrics.Sum("banyan.climate.readings"));
            json.WriteNumber("alerts"u8, metrics.Sum("banyan.disaster.alerts"));
            json.WriteEndObject();
            json.WriteString("started_at"u8, _startedAt);
        });
    }

    private string State() => life.State switch
    {
        CellState.Starting => life.IsUnleased ? "fenced" : "starting",
        CellState.Serving => fence.Holds ? "serving" : "fenced",
        CellState.Standby => "standby",
        CellState.Fenced => "fenced",
        _ => "draining", // moving too: it finishes what it has begun
    };

    /// <summary>How many stranded changes wait for a decision, or did when that was last known.</summary>
    private async Task<long> StrandedAsync(CancellationToken cancellationToken)
    {
        if (!life.IsOpen || (_strandedAt is { } at && options.Time.GetElapsedTime(at) < StrandedLook))
            return _stranded;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(TimeSpan.FromSeconds(1));
            _stranded = await stranded.CountKeptAsync(limit.Token);
            _strandedAt = options.Time.GetTimestamp();
        }
        catch (Exception error) when (error is NpgsqlException or OperationCanceledException)
        {
            // As with the head: the last one known.
        }

        return _stranded;
    }

    /// <summary>The head, or the last one known where the database is away: status must answer then most of all.</summary>
    private async Task<long> HeadAsync(CancellationToken cancellationToken)
    {
        if (life.State is CellState.Starting or CellState.Standby)
            return 0;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(TimeSpan.FromSeconds(1));
            return _head = await journal.GetHeadAsync(limit.Token);
        }
        catch (Exception error) when (error is NpgsqlException or OperationCanceledException)
        {
            return _head;
        }
    }
}
