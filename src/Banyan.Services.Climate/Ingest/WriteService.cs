using Banyan.Journal;
using Banyan.Services.Climate.Blocks;
using Banyan.Services.Climate.Catalog;
using Banyan.Services.Climate.LineProtocol;

namespace Banyan.Services.Climate.Ingest;

/// <summary>From a text in line protocol to committed readings. Thread-safe.</summary>
internal sealed class WriteService(SeriesCatalog catalog, WriteQueue queue, ClimateOptions options, TimeProvider time)
{
    /// <summary>Reads a text; what the catalog does not know it learns first. The caller disposes the batch.</summary>
    public async Task<WriteBatch> ReadAsync(Namespace space, ReadOnlyMemory<byte> text, Precision precision, CancellationToken cancellationToken)
    {
        var now = time.Now();
        var batch = Read(space, text.Span, precision, now, lastPass: false);
        if (!batch.Unknowns.Any)
            return batch;
        using (batch)
            await catalog.LearnAsync(space, batch.Unknowns, cancellationToken);
        return Read(space, text.Span, precision, now, lastPass: true);
    }

    /// <summary>Commits what was read; durable when it returns.</summary>
    public Task<ChangeOutcome> CommitAsync(Namespace space, WriteBatch batch, IdempotencyKey? key, StoredAnswer answer)
    {
        var blocks = new List<StoredBlock>(batch.Series.Count);
        var hours = new List<StaleHour>(batch.Series.Count * 2);
        var series = new List<Series>(batch.Series.Count);
        using (var writer = new ByteWriter())
        {
            foreach (var points in batch.Series)
            {
                if (points.Points.Count == 0)
                    continue;
                series.Add(points.Series);
                BatchEncoder.Encode(points.Series.Id, points.Points, writer, blocks, hours);
            }
        }

        var first = long.MaxValue;
        var last = long.MinValue;
        foreach (var block in blocks)
        {
            first = Math.Min(first, block.First);
            last = Math.Max(last, block.Last);
        }

        return queue.CommitAsync(new PendingWrite
        {
            Summary = new WriteSummary(space.Name, batch.Lines, batch.Values, batch.Refused, first, last),
            Blocks = blocks,
            Hours = hours,
            Series = series,
            Key = key,
            Answer = answer,
        });
    }

    private WriteBatch Read(Namespace space, ReadOnlySpan<byte> text, Precision precision, long now, bool lastPass)
    {
        var batch = new WriteBatch();
        var line = 1;
        new LineIngest(space, options, precision, now, lastPass).Read(text, final: true, ref line, 0, batch);
        return batch;
    }
}
