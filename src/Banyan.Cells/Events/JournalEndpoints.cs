using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Http;
using Banyan.Cells.Residency;
using Banyan.Journal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Cells.Events;

/// <summary>
/// The journal as HTTP. The public may look up a receipt and the head; entries themselves are for other cells, under
/// <c>/cell/</c>, which a front door MUST NOT expose, and those that stay in their jurisdiction only for cells there.
/// </summary>
internal static class JournalEndpoints
{
    /// <summary>Response header: every entry up to this position was looked at; the <c>after</c> of the next request.</summary>
    public const string ThroughHeader = "Banyan-Journal-Through";

    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;
    private const int ReadAtOnce = 100;
    private const int EnoughBytes = 8 << 20;

    public static void MapJournal(this IEndpointRouteBuilder routes, CellContext cell)
    {
        routes.MapGet("/journal/v1/receipts/{id:guid}", static (Guid id, IJournal journal, CancellationToken stop) => GetReceiptAsync(id, journal, stop))
            .WithTags("journal").WithSummary("A receipt").WithDescription("Where the change that a caller made stands in the journal of its partition: position, epoch, topic, type and time; not its data.")
            .Produces(StatusCodes.Status200OK, contentType: "application/json").ProducesProblem(StatusCodes.Status404NotFound)
            .Requires("journal.receipts.read");
        routes.MapGet("/journal/v1/head", static (IJournal journal, CancellationToken stop) => GetHeadAsync(journal, stop))
            .WithTags("journal").WithSummary("The journal's head").WithDescription("The positions of the newest and the oldest entry.")
            .Produces(StatusCodes.Status200OK, contentType: "application/json")
            .Requires("journal.head.read");
        var source = CloudEventsJson.Source(cell.Platform, cell.Partition);
        routes.MapStranded();
        routes.MapGet("/cell/v1/journal", (HttpContext context, IJournal journal, ResidencyGate residency, long? after, string? topics, int? limit) =>
            ReadAsync(context, journal, residency, source, after ?? 0, limit ?? DefaultLimit, topics)).ExcludeFromDescription().Requires("cell.journal.read")
            .TakesQuery(new("after", QueryType.Integer) { Least = 0 }, new("limit", QueryType.Integer) { Least = 1, Most = MaxLimit }, new("topics", QueryType.Text) { Longest = 8 * 1024 });
    }

    private static async Task<IResult> GetReceiptAsync(Guid id, IJournal journal, CancellationToken stop)
    {
        if (await journal.FindAsync(id, stop) is not { } entry)
            return Problem.Create(StatusCodes.Status404NotFound, "receipt-unknown", "No such receipt", "No entry of this partition's journal has this id, or it was given so lately that it has no position yet, or its retention has passed.");
        return JsonAnswer.Of(json =>
        {
            json.WriteString("id"u8, entry.Id);
            json.WriteNumber("position"u8, entry.Position);
            json.WriteNumber("epoch"u8, entry.Epoch);
            json.WriteString("partition"u8, entry.Partition);
            json.WriteString("topic"u8, entry.Topic);
            json.WriteString("type"u8, entry.Type);
            json.WriteString("recorded_at"u8, entry.RecordedAt);
        });
    }

    private static async Task<IResult> GetHeadAsync(IJournal journal, CancellationToken stop)
    {
        var (head, tail) = (await journal.GetHeadAsync(stop), await journal.GetTailAsync(stop));
        return JsonAnswer.Of(json =>
        {
            json.WriteString("partition"u8, journal.Partition);
            json.WriteNumber("head"u8, head);
            json.WriteNumber("tail"u8, tail);
        });
    }

    private static async Task<IResult> ReadAsync(HttpContext context, IJournal journal, ResidencyGate residency, string source, long after, int limit, string? topics)
    {
        if (after < 0 || limit is < 1 or > MaxLimit)
            return Problem.Create(StatusCodes.Status400BadRequest, "bad-request", "The request can't be understood", $"after must be 0 or more, limit 1 to {MaxLimit}.");
        IReadOnlySet<string>? wanted = topics is null ? null : topics.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal);
        var reader = ResidencyGate.ReaderOf(context);
        if (wanted?.Order(StringComparer.Ordinal).FirstOrDefault(t => !residency.MayHave(reader, t)) is { } stays)
            return residency.Refuse(reader, residency.Describe(stays));
        if (wanted is null && !residency.MayHaveAll(reader))
            wanted = residency.Unbound;
        var stop = context.RequestAborted;
        if (after > 0 && await journal.GetTailAsync(stop) is var tail && after + 1 < tail)
            return Problem.Create(StatusCodes.Status410Gone, "entries-dropped", "Entries are past their retention", $"The oldest entry that is left is {tail}.", new Dictionary<string, object?> { ["tail"] = tail });

        var through = Math.Max(after, await journal.GetHeadAsync(stop)); // before reading: what comes meanwhile is read next time
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        await using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            for (var left = limit; left > 0;)
            {
                var asked = Math.Min(left, ReadAtOnce);
                var entries = await journal.ReadAsync(after, asked, wanted, stop);
                foreach (var entry in entries)
                    CloudEventsJson.Write(json, entry, source);
                if (entries.Count > 0)
                    after = entries[^1].Position;
                left -= entries.Count;
                var enough = buffer.WrittenCount + json.BytesPending >= EnoughBytes;
                if (entries.Count < asked)
                    break;
                if (left == 0 || enough)
                {
                    through = after;
                    break;
                }
            }

            json.WriteEndArray();
        }

        context.Response.Headers[ThroughHeader] = Math.Max(through, after).ToString(CultureInfo.InvariantCulture);
        return Results.Bytes(buffer.WrittenMemory, CloudEventsJson.BatchContentType);
    }
}
