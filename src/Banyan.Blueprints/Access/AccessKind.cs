using System.Text.Json.Serialization;

namespace Banyan.Blueprints.Access;

/// <summary>Kinds of callers, as rules name them.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AccessKind>))]
public enum AccessKind
{
    /// <summary>No credential.</summary>
    Anonymous,

    /// <summary>A person whom the platform serves.</summary>
    Resident,

    /// <summary>A person who works for the platform or one of its organisations.</summary>
    Staff,

    /// <summary>A program outside.</summary>
    Machine,

    /// <summary>A process of the platform itself.</summary>
    Platform,
}
