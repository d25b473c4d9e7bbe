using System.Buffers;
using System.Text.Json;
using Banyan.Journal;
using Banyan.Services.Disaster.Cap;

namespace Banyan.Services.Disaster.Alerts;

/// <summary>The small answer to a message that was taken.</summary>
internal static class IntakeAnswer
{
    private const int MaxWarnings = 20;

    public static StoredAnswer Create(int status, AlertRecord record, IReadOnlyList<EarlierAlert> ends, CapReading reading)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, AlertDocument.Options))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, record.Id);
            json.WriteString("receipt"u8, record.Id);
            json.WriteString("state"u8, record.State.ToText());
            if (record.Expires is { } expires)
                json.WriteString("expires"u8, expires.UtcDateTime);
            json.WriteStartArray("supersedes"u8);
            foreach (var earlier in ends)
                json.WriteStringValue(earlier.Id);
            json.WriteEndArray();
            json.WriteStartArray("warnings"u8);
            foreach (var warning in reading.Warnings.Take(MaxWarnings))
                WriteProblem(json, warning);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return new StoredAnswer(status, "application/json", buffer.WrittenSpan.ToArray(), LocationOf(record.Id, record.Alert.Status, record.Alert.Scope));
    }

    /// <summary>Where a message can be read; of one that is not for the public, only its receipt.</summary>
    public static string LocationOf(Guid id, CapStatus status, CapScope scope) => (status, scope) switch
    {
        (CapStatus.Actual, CapScope.Public) => $"/disaster/v1/alerts/{id}",
        (_, CapScope.Public) => $"/disaster/v1/exercises/{id}",
        _ => $"/journal/v1/receipts/{id}",
    };

    private static void WriteProblem(Utf8JsonWriter json, CapProblem problem)
    {
        json.WriteStartObject();
        json.WriteString("path"u8, problem.Path);
        json.WriteNumber("line"u8, problem.Line);
        json.WriteString("rule"u8, problem.Rule);
        json.WriteString("message"u8, problem.Message);
        json.WriteEndObject();
    }
}
