using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Tiles;

namespace Banyan.Journal.Log.Verifying;

/// <summary>Rows of the journal: those that are not what the log has, those that it lacks, those that it should not have.</summary>
public sealed partial class LogVerifier
{
    private readonly ConcurrentBag<MissingRow> _missing = [];
    private readonly ConcurrentBag<(long Index, string Problem)> _doubted = [];
    private readonly List<TileId> _proven = []; // tiles that were altered with their bundles: the rows lead to the checkpoint
    private RowBounds _bounds; // as they were before the rows were read
    private int _gone;
    private int _doubts;

    /// <summary>Retention drops the oldest, and only when they are old enough: everything else that is not there was taken out. Asked after the rows were read, for it may have dropped some meanwhile.</summary>
    private async Task JudgeRowsAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        if (rows is null)
            return;
        foreach (var (index, problem) in _doubted)
        {
            if (!_proven.Exists(t => t.Index == index / TileId.FullWidth))
                Tell("row", index, problem);
        }

        var bounds = await rows.BoundsAsync(cancellationToken);
        if (bounds.Tree < checkpoint.Size)
            Tell("log.tree", null, string.Create(CultureInfo.InvariantCulture, $"the database's log.tree says {bounds.Tree:N0} entries, and the checkpoint has {checkpoint.Size:N0}"));
        if (bounds.Stray is { } stray)
            Tell("row", stray - 1, string.Create(CultureInfo.InvariantCulture, $"a row of the journal has position {stray:N0}, which nobody gave: the newest is {bounds.Head:N0}"));
        else if (bounds.Head < checkpoint.Size)
            Tell("row", bounds.Head, string.Create(CultureInfo.InvariantCulture, $"the journal's head says {bounds.Head:N0} entries, and the log has {checkpoint.Size:N0}"));
        MissingRow? young = null;
        foreach (var missing in _missing)
        {
            if (missing.Index >= bounds.First)
                Tell("row", missing.Index, string.Create(CultureInfo.InvariantCulture, $"entry {missing.Index + 1:N0} is missing in the journal, and entries before it are there"));
            else if (missing.RecordedAt >= bounds.KeptSince && (young is null || missing.Index < young.Index))
                young = missing;
        }

        if (young is not null)
            Tell("row", young.Index, string.Create(CultureInfo.InvariantCulture, $"entry {young.Index + 1:N0} is missing in the journal, with those after it up to {bounds.First:N0}: it was recorded at {young.RecordedAt:yyyy-MM-ddTHH:mm:ss'Z'}, and retention keeps what is so young"));
    }

    private void Doubt(long index, string problem)
    {
        if (Interlocked.Increment(ref _doubts) <= 10 * MostProblems)
            _doubted.Add((index, problem));
    }

    private void NoteYoung(TileId id, ReadOnlySpan<byte> bundle)
    {
        for (var i = 0; i < id.Width && EntryBundle.TryTake(ref bundle, out var entry); i++)
        {
            if (RecordedAt(entry) is var at && at >= _bounds.KeptSince)
            {
                _missing.Add(new MissingRow(FirstEntry(id) + i, at));
                return;
            }
        }
    }

    private static DateTimeOffset RecordedAt(ReadOnlySpan<byte> leaf)
    {
        try
        {
            var json = new Utf8JsonReader(leaf);
            while (json.Read())
            {
                if (json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("recorded_at"u8) && json.Read())
                    return json.TryGetDateTimeOffset(out var at) ? at : DateTimeOffset.MinValue;
            }
        }
        catch (JsonException)
        {
            // It is no leaf of ours: the tree says that it was altered.
        }

        return DateTimeOffset.MinValue;
    }

    private sealed record MissingRow(long Index, DateTimeOffset RecordedAt);
}
