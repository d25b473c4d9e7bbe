using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;

namespace Banyan.Journal.Log.Cosigning;

/// <summary>
/// What a log's writer asks of the other regions' witnesses. The writer calls <see cref="NewestAsync"/> before the first
/// checkpoint of its life, and <see cref="CosignAsync"/> with each that it signed. Thread-safe.
/// </summary>
public interface ICheckpointCosigner
{
    /// <summary>
    /// The largest checkpoint of this log that a witness has cosigned, by what those say that answer in time: the writer's
    /// tree MUST begin with it, else it signs nothing.
    /// </summary>
    Task<WitnessedHistory> NewestAsync(string origin, CancellationToken cancellationToken);

    /// <summary>Gathers cosignatures until there are enough, everybody answered, or time is up. Never throws for a witness that is down, slow or wrong: the outcome says so.</summary>
    Task<CosigningOutcome> CosignAsync(CosigningRequest request, CancellationToken cancellationToken);
}

/// <summary>A checkpoint to be cosigned.</summary>
/// <param name="Checkpoint">What it says.</param>
/// <param name="Note">It, signed by the log.</param>
/// <param name="ProveAsync">The consistency proof from a smaller size of the same log, above 0, to this checkpoint's.</param>
public sealed record CosigningRequest(Checkpoint Checkpoint, SignedNote Note, Func<long, CancellationToken, ValueTask<MerkleHash[]>> ProveAsync);

/// <summary>What witnesses have seen of a log.</summary>
/// <param name="Newest">The largest cosigned checkpoint, its signatures checked; null where none knows the log.</param>
/// <param name="Answered">Witnesses that answered.</param>
/// <param name="Asked">Witnesses there are.</param>
public sealed record WitnessedHistory(SignedNote? Newest, int Answered, int Asked)
{
    /// <summary>The newest one, read; null where none knows the log.</summary>
    public Checkpoint? Checkpoint => Newest is not null && Notes.Checkpoint.TryParse(Newest.Text, out var checkpoint, out _) ? checkpoint : null;
}

/// <summary>What came of a round of cosigning.</summary>
/// <param name="Note">The checkpoint with the cosignatures that were had; what is published.</param>
/// <param name="Cosigned">Witnesses' regions that cosigned.</param>
/// <param name="Lagging">Those that did not answer in time, or could not.</param>
/// <param name="Refused">Those that refused because what they saw before does not fit: a fork, until somebody looked.</param>
/// <param name="Quorum">How many are needed.</param>
public sealed record CosigningOutcome(SignedNote Note, IReadOnlyList<string> Cosigned, IReadOnlyList<string> Lagging, IReadOnlyList<string> Refused, int Quorum)
{
    /// <summary>Whether enough cosigned.</summary>
    public bool HasQuorum => Cosigned.Count >= Quorum;
}

/// <summary>No witnesses: a platform of one region, or none configured.</summary>
public sealed class NoCosigner : ICheckpointCosigner
{
    /// <inheritdoc/>
    public Task<WitnessedHistory> NewestAsync(string origin, CancellationToken cancellationToken) => Task.FromResult(new WitnessedHistory(null, 0, 0));

    /// <inheritdoc/>
    public Task<CosigningOutcome> CosignAsync(CosigningRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Task.FromResult(new CosigningOutcome(request.Note, [], [], [], 0));
    }
}
