using System.Text.Json.Serialization;

namespace Banyan.Blueprints.Access;

/// <summary>
/// How often callers may ask. For each thing that is counted (<see cref="Per"/>), the first limit whose conditions all hold
/// counts; see <see cref="AccessPolicy.FindLimit"/>. Immutable; equality of its lists is by reference.
/// </summary>
public sealed record AccessLimit
{
    /// <summary>Unique among the limits; callers are told it.</summary>
    public required string Name { get; init; }

    /// <summary>What is counted: the requests of whom.</summary>
    public required LimitPer Per { get; init; }

    /// <summary>For these kinds of callers; empty: for all.</summary>
    public IReadOnlyList<AccessKind> Kinds { get; init => field = value ?? []; } = [];

    /// <summary>For callers with one of these roles; empty: for all.</summary>
    public IReadOnlyList<string> Roles { get; init => field = value ?? []; } = [];

    /// <summary>For actions of these patterns; empty: for all, and for what is open to all.</summary>
    public IReadOnlyList<string> Actions { get; init => field = value ?? []; } = [];

    /// <summary>For paths that begin with one of these, such as <c>/identity/v1/login</c>; empty: for all.</summary>
    public IReadOnlyList<string> Paths { get; init => field = value ?? []; } = [];

    /// <summary>How often on average; null: only the quota counts.</summary>
    public double? RatePerSecond { get; init; }

    /// <summary>How many at once after a pause; at least 1.</summary>
    public int Burst { get; init => field = Math.Max(1, value); } = 1;

    /// <summary>How many in each <see cref="QuotaSeconds"/>; null: no quota.</summary>
    public long? Quota { get; init; }

    /// <summary>What the quota is for, in seconds; windows begin at multiples of it since 1970-01-01 UTC.</summary>
    public int QuotaSeconds { get; init => field = value > 0 ? value : 86400; } = 86400;
}

/// <summary>Whose requests a limit counts together.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LimitPer>))]
public enum LimitPer
{
    /// <summary>Those of one client address.</summary>
    Ip,

    /// <summary>Those of one subject.</summary>
    Subject,

    /// <summary>Those of one API key, or one client.</summary>
    Key,

    /// <summary>Those to one route, of all callers.</summary>
    Route,
}
