using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using Banyan.Cells;
using Banyan.Services.Disaster.Alerts;

namespace Banyan.Services.Disaster.Webhooks;

/// <summary>The bodies of the changes that are being delivered, each made once for all who get it. Thread-safe.</summary>
internal sealed class WebhookBodies(DeliveryStore deliveries, AlertQueries alerts, CellContext cell)
{
    private const int Kept = 64;
    private readonly ConcurrentDictionary<(Guid, WebhookFormat), byte[]> _bodies = new();

    /// <summary>The body and its media type; null where it is not kept any more.</summary>
    public async Task<(byte[] Body, string ContentType)?> FindAsync(Guid entry, WebhookFormat format, CancellationToken cancellationToken)
    {
        var type = format == WebhookFormat.Cap ? CapMedia.Cap : "application/cloudevents+json";
        if (_bodies.TryGetValue((entry, format), out var known))
            return (known, type);
        if (await deliveries.FindEventAsync(entry, cancellationToken) is not { } change)
            return null;
        var body = format == WebhookFormat.Cap ? await alerts.FindCapAsync(change.Alert, cancellationToken) : Write(change);
        if (body is null)
            return null;
        if (_bodies.Count >= Kept)
            _bodies.Clear();
        _bodies[(entry, format)] = body;
        return (body, type);
    }

    private byte[] Write(WebhookEvent change)
    {
        var buffer = new ArrayBufferWriter<byte>(change.Data.Length + 512);
        using (var json = new Utf8JsonWriter(buffer, AlertDocument.Options))
        {
            json.WriteStartObject();
            json.WriteString("specversion"u8, "1.0");
            json.WriteString("id"u8, change.Entry);
            json.WriteString("source"u8, new Uri(cell.PublicAddress, "/disaster/v1/alerts").AbsoluteUri);
            json.WriteString("type"u8, change.Type);
            if (change.Subject is not null)
                json.WriteString("subject"u8, change.Subject);
            json.WriteString("time"u8, change.RecordedAt.UtcDateTime);
            // The extension "sequence": the place in the stream.
            json.WriteString("sequence"u8, $"{change.Position}-{change.Epoch}");
            json.WriteString("datacontenttype"u8, "application/json");
            json.WritePropertyName("data"u8);
            json.WriteRawValue(change.Data, skipInputValidation: true);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
