using System.Text.Json;
using System.Text.Json.Serialization;

namespace Banyan.Routing.Policies.Shifts;

/// <summary>
/// A shift as it is kept in the consensus store under <see cref="ShiftKeys.Record"/>: every front door and name server
/// follows it, and whoever of them finds a step due writes the next state, comparing with what it read. Immutable.
/// </summary>
public sealed record ShiftRecord
{
    /// <summary>The most steps of a shift.</summary>
    public const int MostSteps = 20;

    private const int MostEvents = 40;

    /// <summary>Made anew for each shift: counts of another one don't count.</summary>
    public required string Id { get; init; }

    /// <summary>The policy whose traffic moves.</summary>
    public required string Policy { get; init; }

    public required ShiftPlan Plan { get; init; }

    public required ShiftState State { get; init; }

    /// <summary>The branch that the two sides take the place of, in a policy without shares.</summary>
    public required string Branch { get; init; }

    /// <summary>The policy as it was in the blueprint when the shift began: where the blueprint says something else since, that counts, and the shift no more.</summary>
    public required string Written { get; init; }

    /// <summary>Who began it.</summary>
    public required string By { get; init; }

    /// <summary>When, by the clock of who wrote it.</summary>
    public DateTimeOffset Began { get; init; }

    /// <summary>What happened, the newest last.</summary>
    public IReadOnlyList<ShiftEvent> Log { get; init; } = [];

    /// <summary>The same with one more event.</summary>
    public ShiftRecord With(ShiftState state, DateTimeOffset at, string text) => this with
    {
        State = state,
        Log = [.. Log.TakeLast(MostEvents - 1), new ShiftEvent(at, Math.Round(100 * state.PartOfNew(Plan), 3), text)],
    };

    /// <summary>As it is stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ShiftJson.Default.ShiftRecord);

    /// <exception cref="JsonException">It is not a shift, or one that can't be followed.</exception>
    public static ShiftRecord Parse(string json)
    {
        var record = JsonSerializer.Deserialize(json, ShiftJson.Default.ShiftRecord) ?? throw new JsonException("A shift is null.");
        if (record.Plan.FindProblems().FirstOrDefault() is { } problem)
            throw new JsonException(problem);
        if (record.State.Step < 0 || record.State.Step >= record.Plan.Steps.Length)
            throw new JsonException("a shift is at a step that it does not have");
        return record;
    }
}

/// <summary>One event of a shift. Immutable.</summary>
/// <param name="At">When, by the clock of who wrote it.</param>
/// <param name="Percent">The part of the new side from then on.</param>
/// <param name="Text">What, and why, in one line.</param>
public sealed record ShiftEvent(DateTimeOffset At, double Percent, string Text);

/// <summary>What one front door counted for a shift, as it is kept in the consensus store. Immutable.</summary>
public sealed record ShiftCounted(string Id, SideCount Old, SideCount New);

/// <summary>Names in the consensus store.</summary>
public static class ShiftKeys
{
    /// <summary>What every shift's key begins with; behind it the policy.</summary>
    public const string Records = "shifts/";

    /// <summary>The key of a policy's shift.</summary>
    public static string Record(string policy) => Records + policy;

    /// <summary>What the keys of all front doors' counts for a policy begin with.</summary>
    public static string Counts(string policy) => $"shift-counts/{policy}/";

    /// <summary>The key of a front door's counts for a policy.</summary>
    public static string Count(string policy, string door) => Counts(policy) + door;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ShiftRecord))]
[JsonSerializable(typeof(ShiftCounted))]
internal sealed partial class ShiftJson : JsonSerializerContext;
