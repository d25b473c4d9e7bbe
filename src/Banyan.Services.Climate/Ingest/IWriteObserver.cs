namespace Banyan.Services.Climate.Ingest;

/// <summary>Is told of writes after their commit, before the writers are answered: MUST be quick and MUST NOT throw.</summary>
internal interface IWriteObserver
{
    /// <summary>These writes are durable.</summary>
    void Committed(IReadOnlyList<PendingWrite> writes);
}
