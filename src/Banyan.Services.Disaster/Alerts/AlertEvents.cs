using System.Buffers;
using System.Text;
using System.Text.Json;
using Banyan.Journal;
using Banyan.Services.Disaster.Cap;
using Banyan.Services.Disaster.Reach;

namespace Banyan.Services.Disaster.Alerts;

/// <summary>
/// The journal entries of alerts. What the public may know goes to <see cref="DisasterTopics.Alerts"/>, whole; of all
/// other messages only that they were taken, to <see cref="DisasterTopics.Messages"/>: who reads the first topic can't
/// come upon an exercise or a private message by mistake.
/// </summary>
internal static class AlertEvents
{
    public const string Issued = "banyan.disaster.alert.issued.v1";
    public const string Updated = "banyan.disaster.alert.updated.v1";
    public const string Cancelled = "banyan.disaster.alert.cancelled.v1";
    public const string Expired = "banyan.disaster.alert.expired.v1";
    public const string MessageRecorded = "banyan.disaster.message.recorded.v1";
    public const string MessageExpired = "banyan.disaster.message.expired.v1";

    /// <summary>That a message was taken; its id is the message's.</summary>
    /// <param name="record">The message, with its document.</param>
    /// <param name="ended">The messages that it ends.</param>
    public static JournalEvent Accepted(AlertRecord record, IReadOnlyList<EarlierAlert> ended)
    {
        var type = record.IsPublic ? TypeOf(record) : MessageRecorded;
        return type == MessageRecorded
            ? Message(record.Id, type, record.Id, record.Alert.Status, record.Alert.Scope, record.Alert.MessageType, record.Expires)
            : new JournalEvent { Id = record.Id, Topic = DisasterTopics.Alerts, Type = type, Subject = record.Alert.Identifier, Data = Change(ChangeOf(type), ended, record.Document) };
    }

    /// <summary>That a public alert's time has passed.</summary>
    public static JournalEvent PublicExpired(Guid id, string identifier, string document, DateTimeOffset now)
    {
        using var json = JsonDocument.Parse(document);
        return new JournalEvent
        {
            Id = Guid.CreateVersion7(now),
            Topic = DisasterTopics.Alerts,
            Type = Expired,
            Subject = identifier,
            Data = Write(writer =>
            {
                writer.WriteString("change"u8, ChangeOf(Expired));
                ReachOf.WriteAffects(writer, ReachOf.Document(json.RootElement));
                writer.WriteStartObject("alert"u8);
                writer.WriteString("id"u8, id);
                foreach (var property in json.RootElement.EnumerateObject())
                {
                    if (property.Name is "sender" or "identifier" or "sent" or "expires" or "severity")
                        property.WriteTo(writer);
                }

                writer.WriteEndObject();
            }),
        };
    }

    /// <summary>About a message that the public may not see: nothing that it says.</summary>
    public static JournalEvent Message(Guid eventId, string type, Guid id, CapStatus status, CapScope scope, CapMessageType messageType, DateTimeOffset? expires) => new()
    {
        Id = eventId,
        Topic = DisasterTopics.Messages,
        Type = type,
        Subject = id.ToString(),
        Data = Write(json =>
        {
            json.WriteString("id"u8, id);
            json.WriteString("status"u8, status.ToString());
            json.WriteString("scope"u8, scope.ToString());
            json.WriteString("message_type"u8, messageType.ToString());
            if (expires is { } end)
                json.WriteString("expires"u8, end.UtcDateTime);
        }),
    };

    /// <summary>The last word of the type: issued, updated, cancelled, expired.</summary>
    public static string ChangeOf(string type) => type.Split('.')[^2];

    private static string TypeOf(AlertRecord record) => record.Alert.MessageType switch
    {
        CapMessageType.Alert when record.State == AlertState.Active => Issued,
        CapMessageType.Update => Updated,
        CapMessageType.Cancel => Cancelled,
        _ => MessageRecorded,
    };

    private static string Change(string change, IReadOnlyList<EarlierAlert> ended, string document) => Write(json =>
    {
        json.WriteString("change"u8, change);
        if (ended.Count > 0)
        {
            var reach = ended.Select(static e => Reach(e.Document)).Aggregate(static (a, b) => a.With(b));
            ReachOf.WriteAffects(json, reach);
        }

        json.WritePropertyName("alert"u8);
        json.WriteRawValue(document, skipInputValidation: true);
    });

    private static AlertReach Reach(string document)
    {
        using var json = JsonDocument.Parse(document);
        return ReachOf.Document(json.RootElement);
    }

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, AlertDocument.Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
