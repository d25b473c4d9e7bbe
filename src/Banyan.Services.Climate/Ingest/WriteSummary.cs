namespace Banyan.Services.Climate.Ingest;

/// <summary>What a write holds, for the journal and for those who watch. Immutable.</summary>
/// <param name="Namespace">The bucket or database.</param>
/// <param name="Lines">How many lines were taken.</param>
/// <param name="Values">How many values they have.</param>
/// <param name="Refused">How many lines were refused.</param>
/// <param name="First">The earliest time.</param>
/// <param name="Last">The latest time.</param>
internal sealed record WriteSummary(string Namespace, int Lines, long Values, int Refused, long First, long Last);
