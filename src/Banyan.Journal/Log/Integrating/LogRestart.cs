using Banyan.Journal.Log.Tiles;

namespace Banyan.Journal.Log.Integrating;

/// <summary>How a halted log goes on: as it is, with its tree made again, or as another log that says what it follows.</summary>
internal sealed class LogRestart(LogParts parts, LogWork work)
{
    /// <summary>The type of the entry that says that a log's tree was made again.</summary>
    public const string RebuiltType = "banyan.log.rebuilt.v1";

    /// <summary>The type of the entry that says that another log begins.</summary>
    public const string BegunType = "banyan.log.begun.v1";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private LogOptions Options => work.Options;

    /// <summary>Does what was asked.</summary>
    public async Task<RecoveryOutcome> DoAsync(RecoveryOrder order, CancellationToken cancellationToken)
    {
        if (order.Anew)
        {
            return parts.Status.View is { Halted: null, GrowthProblem: null }
                ? new RecoveryOutcome(false, LogRecovery.GoesOn)
                : await BeginAsync(order, cancellationToken);
        }

        var isWell = parts.Status.View is { Halted: null, GrowthProblem: null }; // then it is about tiles that are not looked at while it grows
        IReadOnlyList<KnownCheckpoint> known;
        try
        {
            known = await work.History.FindAsync(cancellationToken);
            if (!isWell && await FitsAsync(known, cancellationToken))
                return new RecoveryOutcome(true, "What is known elsewhere and the tree go together now: the log goes on.");
        }
        catch (LogHaltedException e)
        {
            return new RecoveryOutcome(false, $"{e.Message} The tree can't be compared with that.");
        }

        var rebuild = new LogRebuild(parts, Options);
        if (await rebuild.FindFaultAsync(known, cancellationToken) is { } fault)
            return new RecoveryOutcome(false, $"{fault} Put back the database that has the log's entries, or begin another log.");
        var size = await rebuild.DoAsync($"{Options.Origin}: {order.Reason}", cancellationToken);
        await LogNotes.WriteAsync(parts.Journal, RebuiltType, order.Actor, json =>
        {
            json.WriteString("log"u8, Options.Origin);
            json.WriteNumber("entries"u8, size);
            json.WriteString("reason"u8, order.Reason);
        }, Options.Origin, cancellationToken);
        return new RecoveryOutcome(true, $"The tree was made again of {size} entries of the journal, and goes with all that is known of the log: the log goes on.");
    }

    private async Task<bool> FitsAsync(IReadOnlyList<KnownCheckpoint> known, CancellationToken cancellationToken)
    {
        try
        {
            var size = await parts.Store.LoadSizeAsync(cancellationToken);
            var tree = size == 0 ? TreeBuilder.Empty() : await TreeBuilder.RestoreAsync(parts.Tiles, size, cancellationToken);
            await work.History.CheckAsync(tree, known, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is LogHaltedException or TileSourceException { InnerException: not Npgsql.NpgsqlException })
        {
            return false; // as it was found before
        }
    }

    /// <summary>
    /// What is said first becomes an entry of the journal, then the tree is put aside. The other log takes in the journal from
    /// its beginning, and signs nothing before that entry is in it.
    /// </summary>
    private async Task<RecoveryOutcome> BeginAsync(RecoveryOrder order, CancellationToken cancellationToken)
    {
        var (was, _) = await parts.Store.FindGenerationAsync(cancellationToken);
        if (was >= LogNames.MostGenerations)
            return new RecoveryOutcome(false, $"There were {was} logs of this partition already, and there are at most {LogNames.MostGenerations}.");
        var (name, halted, last) = (LogNames.OfGeneration(parts.Options.Origin, was + 1), parts.Status.View.Halted ?? parts.Status.View.GrowthProblem, parts.Status.View.Published);
        var witnessed = await parts.Cosigner.NewestAsync(Options.Origin, cancellationToken);
        var receipt = await LogNotes.WriteAsync(parts.Journal, BegunType, order.Actor, json =>
        {
            json.WriteString("log"u8, name);
            json.WriteStartObject("follows"u8);
            json.WriteString("log"u8, Options.Origin);
            json.WriteString("published"u8, last?.Note.ToString());
            json.WriteString("witnessed"u8, witnessed.Newest?.ToString());
            json.WriteString("halted"u8, halted);
            json.WriteEndObject();
            json.WriteString("reason"u8, order.Reason);
        }, name, cancellationToken);
        var position = await FindPositionAsync(receipt, cancellationToken);
        await parts.Store.SetAsideAsync(was, was + 1, position, $"{Options.Origin}: {order.Reason}", cancellationToken);
        return new RecoveryOutcome(true, $"{name} begins, and says so in entry {position} of the journal; {Options.Origin} stays as it was published.");
    }

    private async Task<long> FindPositionAsync(Guid receipt, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await parts.Journal.FindAsync(receipt, cancellationToken) is { } entry)
                return entry.Position;
            await Task.Delay(Look, parts.Time, cancellationToken);
        }
    }
}
