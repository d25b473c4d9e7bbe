using Banyan.Cells.Access;

namespace Banyan.Cells.Personal.Rights;

/// <summary>What a person asked for, as its row has it. Immutable.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind"><c>export</c>, <c>correction</c> or <c>deletion</c>.</param>
/// <param name="State"><c>open</c>; <c>spreading</c>: done here, and on its way to the standbys; <c>done</c>.</param>
/// <param name="AskedAt">When it was asked for.</param>
/// <param name="DueAt">Until when it is to be done.</param>
/// <param name="DoneAt">When it was done.</param>
/// <param name="MissedAt">When it was noticed that it was not done in time.</param>
/// <param name="WaitsFor">The other partitions that have not done it yet.</param>
internal sealed record RightsRequest(Guid Id, string Subject, string Kind, string State, DateTimeOffset AskedAt, DateTimeOffset DueAt, DateTimeOffset? DoneAt, DateTimeOffset? MissedAt, IReadOnlyList<string> WaitsFor);

/// <summary>Who asks, and about whom. Immutable.</summary>
/// <param name="Subject">The person.</param>
/// <param name="By">Who asks.</param>
internal sealed record Asker(string Subject, Caller By)
{
    /// <summary>What the rows call its kind.</summary>
    public string KindText => By.Subject == Subject ? "resident" : By.Kind == CallerKind.Machine ? "machine" : "staff";
}
