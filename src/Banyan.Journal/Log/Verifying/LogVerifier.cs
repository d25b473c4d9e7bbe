using System.Collections.Concurrent;
using System.Globalization;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Log.Trust;

namespace Banyan.Journal.Log.Verifying;

/// <summary>
/// Verifies all of a log: its checkpoint against who may sign it, every tile against the one above up to the checkpoint's
/// root, every entry against its tile, and rows of the journal against entries. It trusts the root of a signed checkpoint
/// alone, so it can tell which of two that don't agree was altered. Reads each tile and bundle once, on all cores. One owner.
/// </summary>
/// <param name="source">Where the log is.</param>
/// <param name="trust">Who is believed.</param>
/// <param name="rows">The journal's rows; null: they are not compared.</param>
public sealed partial class LogVerifier(ITileSource source, LogTrust trust, IEntryLeaves? rows = null)
{
    /// <summary>As many problems are told; a log that has more of them has been told enough about.</summary>
    public const int MostProblems = 100;

    private readonly ConcurrentBag<(int Number, LogProblem Problem)> _problems = [];
    private long _entries;
    private long _rows;
    private long _erased;
    private long _unproven;
    private int _told;

    /// <summary>Tiles that are read at once.</summary>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>Entries that were looked at so far; for showing progress.</summary>
    public long Seen => Interlocked.Read(ref _entries);

    /// <summary>Verifies the log as its newest checkpoint has it.</summary>
    /// <exception cref="TileSourceException">The source can't be read.</exception>
    public async Task<LogReport> VerifyAsync(CancellationToken cancellationToken)
    {
        if (await source.ReadCheckpointAsync(cancellationToken) is not { } note)
        {
            Tell("checkpoint", null, "the checkpoint is missing");
            return Report(null);
        }

        return await VerifyAsync(note, cancellationToken);
    }

    /// <summary>Verifies the log as this checkpoint has it.</summary>
    /// <exception cref="TileSourceException">The source can't be read.</exception>
    public async Task<LogReport> VerifyAsync(ReadOnlyMemory<byte> note, CancellationToken cancellationToken)
    {
        var verdict = trust.Judge(note.Span);
        foreach (var problem in verdict.Problems)
            Tell("checkpoint", null, $"the checkpoint {problem}");
        if (verdict.Checkpoint is { } checkpoint)
        {
            if (rows is not null)
                _bounds = await rows.BoundsAsync(cancellationToken);
            await VerifyTreeAsync(checkpoint, cancellationToken);
            await JudgeRowsAsync(checkpoint, cancellationToken);
        }

        return Report(verdict);
    }

    /// <summary>Whether another checkpoint, such as one that a witness keeps, is of the same log's history.</summary>
    /// <param name="other">It.</param>
    /// <param name="where">Who has it, as people are told.</param>
    /// <param name="newest">The checkpoint that the log itself shows.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>Null where it is; else what is wrong.</returns>
    /// <exception cref="TileSourceException">The source can't be read.</exception>
    public async Task<LogProblem?> CheckAlsoAsync(SignedNote other, string where, Checkpoint newest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(newest);
        var verdict = (trust with { Quorum = 0 }).Judge(other);
        if (verdict.Problems is [var first, ..])
            return new LogProblem(trust.Origin, where, null, $"the checkpoint of {where} {first}");
        var checkpoint = verdict.Checkpoint!;
        if (checkpoint.Size > newest.Size)
            return new LogProblem(trust.Origin, where, newest.Size + 1, string.Create(CultureInfo.InvariantCulture, $"{where} has a checkpoint of {checkpoint.Size} entries, and the log shows {newest.Size}: entries are missing"));
        var root = checkpoint.Size == newest.Size ? newest.Root : await new TileTree(source, newest.Size).RootAtAsync(checkpoint.Size, cancellationToken);
        return root == checkpoint.Root ? null : new LogProblem(trust.Origin, where, null, string.Create(CultureInfo.InvariantCulture, $"{where} has a checkpoint of size {checkpoint.Size} that the log's tree does not begin with: the log was forked or altered"));
    }

    private LogReport Report(CheckpointVerdict? verdict) => new()
    {
        Origin = trust.Origin,
        Source = source.Name,
        Checkpoint = verdict,
        Entries = _entries - _bad,
        Rows = _rows,
        Erased = _erased,
        Unproven = _unproven,
        Checkpoints = verdict?.Checkpoint is null ? 0 : 1,
        Cosignatures = verdict?.Cosigners.Count ?? 0,
        Problems = [.. _problems.OrderBy(static p => p.Problem.Entry ?? 0).ThenBy(static p => p.Problem.Place, StringComparer.Ordinal).ThenBy(static p => p.Number).Select(static p => p.Problem).Take(MostProblems)],
    };

    private void Tell(string place, long? index, string message)
    {
        if (Interlocked.Increment(ref _told) is var number and <= 10 * MostProblems) // Sorted afterwards: the first are wanted, and not a million.
            _problems.Add((number, new LogProblem(trust.Origin, place, index + 1, message)));
    }
}
