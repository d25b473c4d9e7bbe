using System.Text;
using System.Text.Json;
using Banyan.Journal;

namespace Banyan.Services.Identity;

/// <summary>Events of this service: small flat objects of texts.</summary>
internal static class IdentityEvents
{
    /// <summary>An event of type <c>banyan.identity.{what}.v1</c>.</summary>
    /// <param name="topic">One of <see cref="IdentityTopics"/>.</param>
    /// <param name="what">Such as <c>session.began</c>.</param>
    /// <param name="subject">What it is about; null where that can't be said.</param>
    /// <param name="data">Its members; those that are null are left out. Never personal data.</param>
    public static JournalEvent Of(string topic, string what, string? subject, params ReadOnlySpan<(string Name, string? Value)> data)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, value) in data)
            {
                if (value is not null)
                    json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        return new JournalEvent { Topic = topic, Type = $"banyan.identity.{what}.v1", Subject = subject, Data = Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) };
    }
}
