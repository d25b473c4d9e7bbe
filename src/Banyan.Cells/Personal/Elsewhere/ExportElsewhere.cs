using System.Net;
using System.Text.Json;
using Banyan.Cells.Peers;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Personal.Elsewhere;

/// <summary>
/// Adds to a person's export what the platform's other partitions hold. Each is asked in the name of who asks, and decides by
/// itself; what could not be had is named. Thread-safe.
/// </summary>
internal sealed class ExportElsewhere(IPartitionPeers peers, CellContext cell)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Writes the member <c>elsewhere</c>; nothing where there is no other partition, or one part only is asked for.</summary>
    public async Task WriteAsync(Utf8JsonWriter json, HttpContext context)
    {
        if (context.IsForPart() || !peers.Partitions.Any(p => p != cell.Partition))
            return;
        json.WriteStartArray("elsewhere"u8);
        foreach (var partition in peers.Partitions.Where(p => p != cell.Partition).Order(StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("partition"u8, partition);
            await WriteAsync(json, context, partition); // one after the other: each may be large
            json.WriteEndObject();
            await json.FlushAsync(context.RequestAborted);
        }

        json.WriteEndArray();
    }

    private async Task WriteAsync(Utf8JsonWriter json, HttpContext context, string partition)
    {
        try
        {
            using var answer = await peers.AskForPartAsync(context, partition, Patience);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                using var document = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(context.RequestAborted), default, context.RequestAborted);
                json.WritePropertyName("document"u8);
                document.RootElement.WriteTo(json);
            }
            else
            {
                json.WriteString("missing"u8, $"It answers {(int)answer.StatusCode}: ask there.");
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or JsonException)
        {
            json.WriteString("missing"u8, "It does not answer: ask again.");
        }
    }
}
