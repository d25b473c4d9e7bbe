using System.Text;
using System.Text.Json;

namespace Banyan.Journal.Log.Integrating;

/// <summary>The journal's entries about its own log.</summary>
internal static class LogNotes
{
    /// <summary>Writes one; returns its receipt.</summary>
    public static async Task<Guid> WriteAsync(IJournal journal, string type, string? actor, Action<Utf8JsonWriter> data, string origin, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            data(json);
            json.WriteEndObject();
        }

        var text = Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
        var outcome = await journal.CommitAsync(new Change { Answer = new StoredAnswer(204), Events = [new JournalEvent { Topic = LogHost.Topic, Type = type, Subject = origin, Data = text, Actor = actor }] }, cancellationToken);
        return outcome.Receipts[0];
    }
}
