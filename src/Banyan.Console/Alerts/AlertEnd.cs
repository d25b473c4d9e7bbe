using System.Text.Json.Serialization;

namespace Banyan.Console.Alerts;

/// <summary>Why an alert does not hold any more.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AlertEnd>))]
public enum AlertEnd
{
    /// <summary>It holds, unless its time has passed.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>It was taken back.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,

    /// <summary>A later one took its place.</summary>
    [JsonStringEnumMemberName("replaced")]
    Replaced,

    /// <summary>Its time has passed.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired,

    /// <summary>It ended while no one here followed; how is not known.</summary>
    [JsonStringEnumMemberName("over")]
    Over,
}
