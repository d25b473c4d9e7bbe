using System.Text.Json;
using Banyan.Engines.Consensus;

namespace Banyan.Routing.Policies.Shifts.Following;

/// <summary>Shifts in the consensus store. Every write compares with what was read. Thread-safe.</summary>
/// <remarks>Every member throws <see cref="ConsensusUnavailableException"/> where the store gives no answer.</remarks>
public sealed class ShiftBook(IConsensusStore store)
{
    /// <summary>More front doors' counts than this are not deleted in one commit.</summary>
    private const int MostDeleted = 60;

    /// <summary>Every shift, in the order of policies. What can't be read is left out.</summary>
    public async Task<IReadOnlyList<KeptShift>> ReadAsync(CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(ShiftKeys.Records, cancellationToken)).Values.Select(Read).OfType<KeptShift>()];

    /// <summary>The shift of a policy; null where there is none.</summary>
    public async Task<KeptShift?> FindAsync(string policy, CancellationToken cancellationToken) =>
        await store.GetAsync(ShiftKeys.Record(policy), cancellationToken) is { } value ? Read(value) ?? new KeptShift(null, value.Revision, value.Key) : null;

    /// <summary>What all front doors have counted for a shift.</summary>
    public async Task<(SideCount Old, SideCount New)> CountAsync(ShiftRecord shift, CancellationToken cancellationToken)
    {
        SideCount old = default, @new = default;
        foreach (var value in (await store.ListAsync(ShiftKeys.Counts(shift.Policy), cancellationToken)).Values)
        {
            if (Counted(value) is not { } counted || counted.Id != shift.Id)
                continue;
            old = new SideCount(old.Requests + counted.Old.Requests, old.Errors + counted.Old.Errors);
            @new = new SideCount(@new.Requests + counted.New.Requests, @new.Errors + counted.New.Errors);
        }

        return (old, @new);
    }

    /// <summary>Begins a shift in the place of what was read; counts of the one before go.</summary>
    /// <param name="revision">Of what was read; 0: there was none.</param>
    /// <returns>False where something else came between.</returns>
    public async Task<bool> BeginAsync(ShiftRecord shift, long revision, CancellationToken cancellationToken)
    {
        var old = await store.ListAsync(ShiftKeys.Counts(shift.Policy), cancellationToken);
        return await CommitAsync(shift.Policy, revision, [new StoreWrite(ShiftKeys.Record(shift.Policy), shift.ToJson()), .. old.Values.Take(MostDeleted).Select(static v => new StoreWrite(v.Key, null))], cancellationToken);
    }

    /// <summary>Writes a shift's next state.</summary>
    /// <returns>False where something else came between.</returns>
    public Task<bool> ReplaceAsync(ShiftRecord shift, long revision, CancellationToken cancellationToken) =>
        CommitAsync(shift.Policy, revision, [new StoreWrite(ShiftKeys.Record(shift.Policy), shift.ToJson())], cancellationToken);

    /// <summary>Forgets a policy's shift: the blueprint counts.</summary>
    /// <returns>False where something else came between.</returns>
    public async Task<bool> ForgetAsync(string policy, long revision, CancellationToken cancellationToken)
    {
        var old = await store.ListAsync(ShiftKeys.Counts(policy), cancellationToken);
        return await CommitAsync(policy, revision, [new StoreWrite(ShiftKeys.Record(policy), null), .. old.Values.Take(MostDeleted).Select(static v => new StoreWrite(v.Key, null))], cancellationToken);
    }

    internal async Task<ShiftCounted?> CountedByAsync(string policy, string door, CancellationToken cancellationToken) =>
        await store.GetAsync(ShiftKeys.Count(policy, door), cancellationToken) is { } value ? Counted(value) : null;

    internal Task<StoreCommit> SayAsync(string policy, string door, ShiftCounted counted, CancellationToken cancellationToken) =>
        store.CommitAsync([], [new StoreWrite(ShiftKeys.Count(policy, door), JsonSerializer.Serialize(counted, ShiftJson.Default.ShiftCounted))], cancellationToken);

    internal static KeptShift? Read(StoredValue value)
    {
        try
        {
            var record = ShiftRecord.Parse(value.Value);
            return value.Key == ShiftKeys.Record(record.Policy) ? new KeptShift(record, value.Revision, value.Key) : null;
        }
        catch (JsonException)
        {
            return null; // said by whoever follows it
        }
    }

    private static ShiftCounted? Counted(StoredValue value)
    {
        try
        {
            return JsonSerializer.Deserialize(value.Value, ShiftJson.Default.ShiftCounted);
        }
        catch (JsonException)
        {
            return null; // of another version: it counts for nothing
        }
    }

    private async Task<bool> CommitAsync(string policy, long revision, IReadOnlyList<StoreWrite> writes, CancellationToken cancellationToken) =>
        (await store.CommitAsync([new StoreCondition(ShiftKeys.Record(policy), revision)], writes, cancellationToken)).Made;
}

/// <summary>A shift as it was read. Immutable.</summary>
/// <param name="Record">The shift; null where it can't be read.</param>
/// <param name="Revision">What the next state must compare with.</param>
/// <param name="Key">Where it is.</param>
public sealed record KeptShift(ShiftRecord? Record, long Revision, string Key);
