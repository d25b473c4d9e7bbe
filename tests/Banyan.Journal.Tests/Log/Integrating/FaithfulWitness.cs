using System.Collections.Concurrent;
using Banyan.Journal.Log.Cosigning;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;

namespace Banyan.Journal.Tests.Log.Integrating;

/// <summary>A witness in another region: takes a checkpoint only with the proof that it goes on from the one before, and forgets none.</summary>
internal sealed class FaithfulWitness : ICheckpointCosigner
{
    private readonly SemaphoreSlim _alone = new(1, 1);
    private readonly ConcurrentDictionary<string, SignedNote> _newest = new(StringComparer.Ordinal);

    /// <summary>Every checkpoint that was ever shown to it, taken or not.</summary>
    public ConcurrentQueue<Checkpoint> Shown { get; } = [];

    /// <summary>Those that did not go on from the one before.</summary>
    public ConcurrentQueue<string> Refused { get; } = [];

    public Task<WitnessedHistory> NewestAsync(string origin, CancellationToken cancellationToken) => Task.FromResult(new WitnessedHistory(_newest.GetValueOrDefault(origin), 1, 1));

    public async Task<CosigningOutcome> CosignAsync(CosigningRequest request, CancellationToken cancellationToken)
    {
        Shown.Enqueue(request.Checkpoint);
        await _alone.WaitAsync(cancellationToken);
        try
        {
            if (_newest.TryGetValue(request.Checkpoint.Origin, out var newest) && Checkpoint.TryParse(newest.Text, out var seen, out _) && seen.Size > 0)
            {
                var proof = request.Checkpoint.Size >= seen.Size ? await request.ProveAsync(seen.Size, cancellationToken) : [];
                if (MerkleProofs.CheckConsistency(seen.Size, seen.Root, request.Checkpoint.Size, request.Checkpoint.Root, proof) is var fault and not ProofFault.None)
                {
                    Refused.Enqueue($"{request.Checkpoint.Size} after {seen.Size}: {fault}");
                    return new CosigningOutcome(request.Note, [], [], ["west"], 1);
                }
            }

            _newest[request.Checkpoint.Origin] = request.Note;
            return new CosigningOutcome(request.Note, ["west"], [], [], 1);
        }
        finally
        {
            _alone.Release();
        }
    }
}
