using System.Globalization;
using System.Text;
using Banyan.Cli.Output;
using Banyan.Control.Platform;
using Banyan.Engines.Evm;
using Banyan.Journal;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Anchors;
using Banyan.Journal.Log.Leaves;
using Banyan.Journal.Log.Proofs;
using Banyan.Journal.Log.Tiles;
using Npgsql;

namespace Banyan.Cli.Verify;

/// <summary>Makes an auditor's file of a change of a running platform. One owner.</summary>
internal sealed class ProofMaker(LiveLogs live, Terminal terminal, TimeProvider time)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Told = TimeSpan.FromSeconds(5);

    private long _told;

    /// <summary>Whether it waits for checkpoint and anchor.</summary>
    public bool Waits { get; init; }

    /// <summary>Makes it; without an anchor where there is none yet, which is said.</summary>
    /// <exception cref="CommandFailure">There is no such change, or it can't be read.</exception>
    public async Task<AuditProof> MakeAsync(Guid receipt, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var partition in live.Platform.Partitions)
            {
                if (await live.Rows.OpenAsync(partition, terminal.Complain, cancellationToken) is { } rows && await rows.FindAsync(receipt, cancellationToken) is { } entry)
                    return await MakeAsync(partition, entry, cancellationToken);
            }
        }
        catch (TileSourceException error)
        {
            throw new CommandFailure(error.Message.TrimEnd('.'));
        }
        catch (NpgsqlException error)
        {
            throw new CommandFailure($"a database can't be read: {error.Message.TrimEnd('.')}");
        }

        throw new CommandFailure($"no partition has an entry {receipt}: its retention has passed, or it was given by another platform");
    }

    private async Task<AuditProof> MakeAsync(PartitionState partition, JournalEntry entry, CancellationToken cancellationToken)
    {
        while (true)
        {
            var log = await live.FindAsync(partition, cancellationToken) ?? throw new CommandFailure($"no cell shows the log of {partition.Name}: is it serving? (banyan status)");
            if (await live.ReadProofAsync(log, entry.Id, cancellationToken) is not { } text)
            {
                if (!Waits)
                    throw new CommandFailure($"entry {entry.Position} of {partition.Name} is not in a published checkpoint yet: try again in a second, or with --wait; see `banyan status` if it stays so");
                await WaitAsync($"entry {entry.Position} of {partition.Name} is not in a published checkpoint yet", cancellationToken);
                continue;
            }

            if (!TlogProof.TryParse(text, out var proof, out var problem))
                throw new CommandFailure($"what {log.Name} answers {problem}");
            return new AuditProof { Entry = entry, Leaf = Encoding.UTF8.GetString(EntryLeaf.Of(entry)), Proof = proof, Keys = live.Keys, Anchor = await AnchorAsync(partition, log, entry, proof.Index, cancellationToken) };
        }
    }

    /// <summary>The first anchor that covers the entry, with the way to it; null where the platform has no chain, or there is none yet.</summary>
    private async Task<AnchoredEntry?> AnchorAsync(PartitionState partition, HttpTileSource log, JournalEntry entry, long index, CancellationToken cancellationToken)
    {
        if (live is not { Keys.Anchors: { } contract, Platform.Chain.Nodes: { Count: > 0 } nodes })
        {
            if (Waits)
                terminal.Complain($"{live.Platform.Platform} anchors nowhere: there is nothing to wait for");
            return null;
        }

        var origin = LogNames.Origin(live.Platform.Platform, partition.Name);
        await using var chain = AnchorLink.To(nodes, contract, time);
        while (true)
        {
            var evidence = await FindAsync(chain.Reader, origin, index, cancellationToken);
            if (evidence is { Ok: true, Value: { } found })
                return new AnchoredEntry(found, await new TileTree(log, found.Anchor.Size).InclusionAsync(index, cancellationToken));
            var why = evidence.Ok ? $"entry {entry.Position} of {partition.Name} is covered by no anchor yet" : evidence.Error.Message;
            if (!Waits)
            {
                terminal.Complain($"the proof has no anchor: {why}; --wait waits for it");
                return null;
            }

            await WaitAsync(why, cancellationToken);
        }
    }

    private static async Task<EvmResult<AnchorEvidence?>> FindAsync(AnchorReader chain, string origin, long index, CancellationToken cancellationToken)
    {
        var anchor = await chain.CoveringAsync(origin, index, cancellationToken);
        if (!anchor.Ok)
            return anchor.Error;
        if (anchor.Value is null)
            return (AnchorEvidence?)null;
        var evidence = await chain.ProveAsync(origin, anchor.Value, cancellationToken);
        return evidence.Ok ? evidence.Value : evidence.Error;
    }

    private async Task WaitAsync(string why, CancellationToken cancellationToken)
    {
        if (_told == 0 || time.GetElapsedTime(_told) >= Told)
        {
            await terminal.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"waiting: {why}"));
            _told = time.GetTimestamp();
        }

        await Task.Delay(Between, time, cancellationToken);
    }
}
