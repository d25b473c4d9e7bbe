using System.Text.Json.Serialization;

namespace Banyan.Control.Status;

/// <summary>How a region is, in one word; the same words everywhere.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RegionServing>))]
public enum RegionServing
{
    /// <summary>Its cell answers and its partition's primary takes changes.</summary>
    [JsonStringEnumMemberName("serving")]
    Serving,

    /// <summary>Some of it answers and some does not; no decision has been taken.</summary>
    [JsonStringEnumMemberName("suspected")]
    Suspected,

    /// <summary>It does not serve.</summary>
    [JsonStringEnumMemberName("down")]
    Down,

    /// <summary>Its partition is on its way to another region, or back.</summary>
    [JsonStringEnumMemberName("moving")]
    Moving,

    /// <summary>Its databases or its cell are being started, made, or made again.</summary>
    [JsonStringEnumMemberName("rebuilding")]
    Rebuilding,

    /// <summary>It finishes what it has begun, and takes nothing new.</summary>
    [JsonStringEnumMemberName("draining")]
    Draining,
}
