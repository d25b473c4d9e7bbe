using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Http;
using Banyan.Journal.Stranded;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Cells.Events;

/// <summary>Changes that an old primary alone had, as they were found on its return: listed, replayed or discarded.</summary>
/// <remarks>
/// For operators (<c>journal.stranded.*</c>). Nothing here shows a change's data, which is in DATA/stranded for who may read
/// files there: a cell without access options asks nobody.
/// </remarks>
internal static class StrandedEndpoints
{
    private const int DefaultLimit = 100;

    public static void MapStranded(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/journal/v1/stranded", static (StrandedChanges stranded, long? after, int? limit, string? state, CancellationToken stop) => ListAsync(stranded, after ?? 0, limit ?? DefaultLimit, state, stop))
            .ExcludeFromDescription()
            .Requires("journal.stranded.read")
            .TakesQuery(new("after", QueryType.Integer) { Least = 0 }, new("limit", QueryType.Integer) { Least = 1, Most = StrandedChanges.MaxLimit }, new("state", QueryType.Text) { OneOf = ["kept", "replayed", "discarded"], AnyCase = true });
        routes.MapPost("/journal/v1/stranded/{id:guid}/replay", static async (Guid id, StrandedChanges stranded, CancellationToken stop) => Answer(id, StrandedState.Replayed, await stranded.ReplayAsync(id, stop)))
            .ExcludeFromDescription()
            .Requires("journal.stranded.resolve").TakesNothing();
        routes.MapPost("/journal/v1/stranded/{id:guid}/discard", static async (Guid id, StrandedChanges stranded, CancellationToken stop) => Answer(id, StrandedState.Discarded, await stranded.DiscardAsync(id, stop)))
            .ExcludeFromDescription()
            .Requires("journal.stranded.resolve").TakesNothing();
    }

    private static async Task<IResult> ListAsync(StrandedChanges stranded, long after, int limit, string? state, CancellationToken stop)
    {
        StrandedState? only = state is null ? null : Enum.TryParse<StrandedState>(state, ignoreCase: true, out var parsed) && Enum.IsDefined(parsed) && !char.IsDigit(state[0]) ? parsed : (StrandedState)(-1);
        if (after < 0 || limit is < 1 or > StrandedChanges.MaxLimit || only == (StrandedState)(-1))
            return Problem.Create(StatusCodes.Status400BadRequest, "bad-request", "The request can't be understood", $"after must be 0 or more, limit 1 to {StrandedChanges.MaxLimit}, state kept, replayed or discarded.");
        var found = await stranded.ListAsync(after, limit, only, stop);
        var kept = await stranded.CountKeptAsync(stop);
        return JsonAnswer.Of(json =>
        {
            json.WriteNumber("kept"u8, kept);
            json.WriteNumber("through"u8, found.Count > 0 ? found[^1].Number : after);
            json.WriteStartArray("changes"u8);
            foreach (var one in found)
                Write(json, one);
            json.WriteEndArray();
        });
    }

    private static void Write(Utf8JsonWriter json, KeptStranded one)
    {
        json.WriteStartObject();
        json.WriteNumber("number"u8, one.Number);
        json.WriteString("id"u8, one.Change.Id);
        json.WriteString("state"u8, Name(one.State));
        json.WriteString("origin"u8, one.Change.Origin);
        json.WriteNumber("epoch"u8, one.Change.Epoch);
        if (one.Change.Position is { } position)
            json.WriteNumber("position"u8, position);
        json.WriteString("recorded_at"u8, one.Change.RecordedAt);
        json.WriteString("topic"u8, one.Change.Topic);
        json.WriteString("type"u8, one.Change.Type);
        if (one.Change.Subject is { } subject)
            json.WriteString("subject"u8, subject);
        json.WriteNumber("data_length"u8, one.Change.Data.Length);
        json.WriteString("found_at"u8, one.FoundAt);
        if (one.DecidedAt is { } decided)
            json.WriteString("decided_at"u8, decided);
        json.WriteEndObject();
    }

    /// <summary>Asking for the same again is answered the same: a repeat does nothing.</summary>
    private static IResult Answer(Guid id, StrandedState wanted, StrandedDecision decision)
    {
        if (decision.State is not { } state)
            return Problem.Create(StatusCodes.Status404NotFound, "stranded-unknown", "No such stranded change", "No stranded change of this id is kept in this partition.");
        if (state != wanted)
            return Problem.Create(StatusCodes.Status409Conflict, "stranded-decided", "Decided otherwise before", $"The change was {Name(state)}.", new Dictionary<string, object?> { ["state"] = Name(state) });
        return JsonAnswer.Of(json =>
        {
            json.WriteString("id"u8, id);
            json.WriteString("state"u8, Name(state));
            json.WriteBoolean("now"u8, decision.Made);
        });
    }

    private static string Name(StrandedState state) => state.ToString().ToLowerInvariant();
}
