using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Http;
using Banyan.Journal;
using Banyan.Journal.Log.Integrating;
using Banyan.Journal.Log.Leaves;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Tiles;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Banyan.Cells.Log;

/// <summary>
/// The log as HTTP: checkpoint, tiles and bundles as C2SP tlog-tiles has them under <c>/log/v1/PARTITION/</c>, and the proof of
/// a receipt. Open to all: nothing in it is personal. Nothing is served that the published checkpoint does not cover.
/// </summary>
internal sealed class LogEndpoints(CellContext cell, CellLogOptions options, LogStatus status, DatabaseTileSource tiles, LeafSearch search, IJournal journal)
{
    private const string GenerationKey = "generation";
    private const string Tag = "log";
    private const string TextType = "text/plain; charset=utf-8";
    private const string BytesType = "application/octet-stream";

    /// <summary>Maps them, where the cell keeps a log.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetService<CellLogOptions>() is null)
            return;
        var log = ActivatorUtilities.CreateInstance<LogEndpoints>(routes.ServiceProvider);
        routes.MapGet("/log/v1/keys", log.KeysAsync).OpenToAll().Describe(Tag, "The keys of the platform's logs and witnesses", 200, "application/json", 404);
        routes.MapGet("/log/v1/{partition}/checkpoint", log.CheckpointAsync).OpenToAll().Describe(Tag, "The log's newest published checkpoint: a signed note (C2SP tlog-checkpoint)", 200, TextType, 404);
        routes.MapGet("/log/v1/{partition}/tile/{**path}", log.TileAsync).OpenToAll().Describe(Tag, "A tile of the log's tree or a bundle of its entries (C2SP tlog-tiles)", 200, BytesType, 404);
        // A log that follows another has tiles of its own under the same partition: caches keep tiles for ever, so they need paths of their own.
        routes.MapGet("/log/v1/{partition}/{generation:int}/checkpoint", log.CheckpointAsync).OpenToAll().ExcludeFromDescription();
        routes.MapGet("/log/v1/{partition}/{generation:int}/tile/{**path}", log.TileAsync).OpenToAll().ExcludeFromDescription();
        routes.MapGet("/log/v1/{partition}/proofs/{receipt:guid}", log.ProofAsync).OpenToAll().Describe(Tag, "The proof that a change is in the log, by its receipt (C2SP tlog-proof; JSON where asked for)", 200, TextType, 404);
    }

    /// <summary>Where the proof of a receipt is had.</summary>
    public static Uri ProofOf(CellContext cell, Guid receipt) => new(cell.PublicAddress, $"log/v1/{cell.Partition}/proofs/{receipt}");

    private Task KeysAsync(HttpContext context) => options.Keys.IsEmpty
        ? Refuse(context, "log-keys-unknown", "No keys are published", "This cell was started without the list of the platform's keys.")
        : LogAnswers.WriteAsync(context, options.Keys, "application/json", "public, max-age=60");

    private Task CheckpointAsync(HttpContext context)
    {
        if (!IsOurs(context))
            return RefuseAnotherAsync(context);
        if (context.Request.RouteValues.ContainsKey(GenerationKey) && Generation(context) != status.View.Generation)
            return Refuse(context, "log-elsewhere", "Another of the partition's logs", Present());
        return status.View.Published is { } published
            ? LogAnswers.WriteAsync(context, published.Bytes, TextType, LogAnswers.Soon)
            : RefuseLater(context, "checkpoint-pending", "No checkpoint yet", Why("The log's first checkpoint is not published yet."));
    }

    private async Task TileAsync(HttpContext context)
    {
        if (!IsOurs(context))
        {
            await RefuseAnotherAsync(context);
            return;
        }

        if (Generation(context) != status.View.Generation)
        {
            await Refuse(context, "log-elsewhere", "Another of the partition's logs", Present());
            return;
        }

        var size = status.View.Published?.Checkpoint.Size ?? 0;
        if (!TileId.TryParse($"tile/{context.Request.RouteValues["path"]}", out var id) || id.Width > TileId.WidthIn(id.Level, id.Index, size))
        {
            await Refuse(context, "tile-unknown", "No such tile", "The published checkpoint's tree has no tile or bundle of this path.");
            return;
        }

        if (id is { Level: TileId.Entries, IsFull: true })
        {
            context.Response.Headers.Vary = "Accept-Encoding";
            if (TakesGzip(context.Request) && await ReadAsync(() => tiles.ReadCompressedAsync(id.Index, context.RequestAborted)) is { } compressed)
            {
                await LogAnswers.WriteAsync(context, compressed, BytesType, LogAnswers.ForEver, "gzip");
                return;
            }
        }

        if (await ReadAsync(() => tiles.ReadAsync(id, context.RequestAborted)) is { } bytes)
            await LogAnswers.WriteAsync(context, bytes, BytesType, LogAnswers.ForEver);
        else
            await Refuse(context, "tile-unknown", "No such tile", "It should be there and is not: see the cell's findings.");
    }

    private async Task ProofAsync(HttpContext context)
    {
        if (!IsOurs(context))
        {
            await RefuseAnotherAsync(context);
            return;
        }

        var receipt = Guid.Parse((string)context.Request.RouteValues["receipt"]!);
        var published = status.View.Published;
        var entry = await journal.FindAsync(receipt, context.RequestAborted);
        if (entry is not null && entry.Position > (published?.Checkpoint.Size ?? 0))
        {
            await RefuseLater(context, "proof-pending", "Not in a checkpoint yet", Why($"The change is entry {entry.Position} of the journal; the newest published checkpoint covers {published?.Checkpoint.Size ?? 0}."));
            return;
        }

        // Where retention has dropped the entry, its leaf is still in the log.
        var found = entry is not null ? new FoundLeaf(EntryLeaf.IndexOf(entry.Position), EntryLeaf.Of(entry))
            : published is null || await journal.GetTailAsync(context.RequestAborted) == 1 ? null
            : await ReadAsync(async () => await search.FindAsync(receipt, published.Checkpoint.Size, context.RequestAborted));
        if (found is null || published is null)
        {
            await RefuseLater(context, "receipt-unknown", "No such receipt", "No entry of this partition's journal has this id, or it was given so lately that it has no position yet.");
            return;
        }

        var hashes = await ReadAsync<MerkleHash[]>(async () => await new TileTree(tiles, published.Checkpoint.Size).InclusionAsync(found.Index, context.RequestAborted));
        var proof = new ReceiptProof(found.Index, found.Leaf, hashes!, published);
        context.Response.Headers.Vary = "Accept";
        if (TakesJson(context.Request))
            await LogAnswers.WriteAsync(context, proof.ToJson(), "application/json", "no-cache");
        else
            await LogAnswers.WriteAsync(context, proof.ToText(), TextType, "no-cache");
    }

    /// <summary>An error of the database is told as one.</summary>
    private static async ValueTask<T?> ReadAsync<T>(Func<ValueTask<T?>> read)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (TileSourceException e) when (e.InnerException is NpgsqlException away)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(away);
            throw;
        }
    }

    /// <summary>Which of the partition's logs is asked for: the first has no number.</summary>
    private static int Generation(HttpContext context) => context.Request.RouteValues.TryGetValue(GenerationKey, out var number) ? int.Parse((string)number!, System.Globalization.CultureInfo.InvariantCulture) : 1;

    private string Present() => $"Here is number {status.View.Generation}; those before it are in the object store.";

    private bool IsOurs(HttpContext context) => (string?)context.Request.RouteValues["partition"] == cell.Partition;

    private string Why(string otherwise) => status.View.Halted is { } halted ? $"The log is halted: {halted}" : status.View.Problem ?? otherwise;

    private Task RefuseAnotherAsync(HttpContext context) => Refuse(context, "log-elsewhere", "The log of another partition", $"This cell has the log of {cell.Partition}; by the entry, ask without naming another region.");

    private static Task RefuseLater(HttpContext context, string code, string title, string detail)
    {
        context.Response.Headers.RetryAfter = "1";
        return Refuse(context, code, title, detail);
    }

    private static Task Refuse(HttpContext context, string code, string title, string detail)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Problem.Create(StatusCodes.Status404NotFound, code, title, detail).ExecuteAsync(context);
    }

    private static bool TakesGzip(HttpRequest request)
    {
        foreach (var coding in request.GetTypedHeaders().AcceptEncoding)
        {
            if (coding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) || coding.Value.Equals("*", StringComparison.Ordinal))
                return coding.Quality is null or > 0;
        }

        return false;
    }

    private static bool TakesJson(HttpRequest request) =>
        request.GetTypedHeaders().Accept is { Count: > 0 } accept && accept.MaxBy(static a => a.Quality ?? 1)!.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);
}
