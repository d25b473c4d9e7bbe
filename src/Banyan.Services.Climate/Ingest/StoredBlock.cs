namespace Banyan.Services.Climate.Ingest;

/// <summary>A block that is ready to be stored. Immutable.</summary>
/// <param name="Series">The series' id.</param>
/// <param name="First">The time of its first point.</param>
/// <param name="Last">The time of its last point, in the same week.</param>
/// <param name="Count">How many points it holds.</param>
/// <param name="Data">The points, by <see cref="Blocks.BlockCodec"/>.</param>
internal sealed record StoredBlock(long Series, long First, long Last, int Count, byte[] Data)
{
    /// <summary>The week, which is also the partition.</summary>
    public long Week => Instants.Floor(First, Instants.Week);
}
