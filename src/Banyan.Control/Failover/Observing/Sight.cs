using System.Text.Json.Serialization;

namespace Banyan.Control.Failover.Observing;

/// <summary>What one observer makes of one process in another region.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Sight>))]
public enum Sight
{
    /// <summary>Not looked at yet.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>It answers.</summary>
    [JsonStringEnumMemberName("up")]
    Up,

    /// <summary>It has not answered for a while: it is frozen, cut off, or we are.</summary>
    [JsonStringEnumMemberName("silent")]
    Silent,

    /// <summary>Its machine says that nobody listens: the process is dead.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,
}
