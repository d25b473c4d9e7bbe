using System.Globalization;
using System.Net;
using System.Text;
using Banyan.Cells.Witness;
using Banyan.Control.Certificates;
using Banyan.Control.Chain;
using Banyan.Control.Consensus;
using Banyan.Control.Log;
using Banyan.Control.Platform;
using Banyan.Engines.Certificates;
using Banyan.Engines.Consensus;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Log.Trust;

namespace Banyan.Cli.Verify;

/// <summary>The logs of a running platform: from the cells that serve them, with the rows of its databases, what its witnesses keep, and the copies in its object stores.</summary>
internal sealed class LiveLogs : IDisposable
{
    private const string InDatabase = "the partition's database";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(3);

    private readonly DataFolder _data;
    private readonly HttpClient _http;
    private readonly PartitionRows _rows;

    private LiveLogs(DataFolder data, PlatformState platform, LogKeys keys, TimeProvider time)
    {
        (_data, Platform, Keys) = (data, platform, keys);
        _http = new HttpClient(LinkHandler.Over(platform.Links, new SocketsHttpHandler { UseProxy = false, AutomaticDecompression = DecompressionMethods.GZip, ConnectTimeout = TimeSpan.FromSeconds(3) })) { Timeout = Patience };
        _rows = new PartitionRows(data, platform, time);
    }

    public PlatformState Platform { get; }

    public LogKeys Keys { get; }

    public PartitionRows Rows => _rows;

    /// <exception cref="CommandFailure">There is no platform, or it has no log.</exception>
    public static LiveLogs Open(string? folder, LogKeys? keys, TimeProvider time)
    {
        var data = new DataFolder(folder ?? DataFolder.DefaultPath());
        var platform = PlatformStateFile.Read(data)?.Join(data, ProcessLinks.Operator, time) ?? throw new CommandFailure($"no platform in {data.Root}: start one with `banyan up`, or name its folder with --data");
        return new LiveLogs(data, platform, keys ?? PlatformLogs.KeysOf(platform) ?? throw new CommandFailure($"the platform in {data.Root} has no log: run `banyan up` once more, with libsodium23 installed"), time);
    }

    /// <summary>What the keeper that anchors remembers; null where nobody does, or the consensus store does not answer in time.</summary>
    public async Task<ChainStatus?> RememberedAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(StorePatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            await using var store = Platform.ConnectConsensus(time);
            return store is not null && await store.GetAsync(ChainStatus.Key, either.Token) is { } value ? ChainStatus.Parse(value.Value) : null;
        }
        catch (Exception away) when (away is ConsensusUnavailableException || (away is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null; // What was forgotten can't be told then; what is on the chain is compared all the same.
        }
    }

    /// <summary>The log of a partition, where its cells answer; null where none does.</summary>
    public async Task<HttpTileSource?> FindAsync(PartitionState partition, CancellationToken cancellationToken)
    {
        foreach (var database in partition.Databases.OrderByDescending(d => d.Region == partition.Primary))
        {
            if (Platform.FindRegion(database.Region) is not { } region)
                continue;
            var source = new HttpTileSource(_http, region.Url(partition.Name == region.Name ? region.CellPort : database.CellPort, $"/log/v1/{partition.Name}/"));
            try
            {
                if (await source.ReadCheckpointAsync(cancellationToken) is not null)
                    return source;
            }
            catch (TileSourceException)
            {
                // It stands by, or is gone: the next one.
            }
        }

        return null;
    }

    /// <summary>The text of a receipt's proof; null where the log has no such entry, or not yet.</summary>
    /// <exception cref="TileSourceException">It can't be read.</exception>
    public async Task<byte[]?> ReadProofAsync(HttpTileSource log, Guid receipt, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri($"{log.Name}proofs/{receipt}"), cancellationToken);
            return answer.IsSuccessStatusCode ? await answer.Content.ReadAsByteArrayAsync(cancellationToken) : null;
        }
        catch (HttpRequestException error)
        {
            throw new TileSourceException($"{log.Name} can't be read: {error.Message.TrimEnd('.')}.", error);
        }
    }

    /// <summary>Everything there is of a partition's log.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="withRows">Whether rows are compared.</param>
    /// <param name="note">Told of what can't be looked at.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>The log itself first, then its copies; empty where no cell of it answers.</returns>
    public async Task<IReadOnlyList<LogTarget>> FindAllAsync(PartitionState partition, bool withRows, Action<string> note, CancellationToken cancellationToken)
    {
        var first = LogNames.Origin(Platform.Platform, partition.Name);
        if (Keys.TrustOf(first) is null)
            throw new CommandFailure($"the keys don't name the log {first}: are they of another platform?");
        if (await FindAsync(partition, cancellationToken) is not { } source)
            return [];
        // Which of the partition's logs it is, it says itself; that it is signed under that name is seen later.
        var origin = await OriginOf(source, first, cancellationToken);
        var trust = Keys.TrustOf(origin)!;
        source = new HttpTileSource(_http, new Uri(source.Name + PathOf(origin, first)));
        // Witnesses before the log is read: it can only have gone on since.
        var kept = Witnessed(origin).ToList();
        var rows = withRows ? await _rows.OpenAsync(partition, note, cancellationToken) : null;
        if (rows is not null && await rows.CheckpointAsync(cancellationToken) is { } stored)
            kept.Add(SignedNote.TryParse(stored, out var last, out var problem) ? new KeptCheckpoint(InDatabase, last, null) : new KeptCheckpoint(InDatabase, null, $"the checkpoint in {InDatabase} {problem}"));
        // Logs that it follows stay where they were published, as they were.
        var copies = from name in Enumerable.Range(1, LogNames.Split(origin) is var (followed, generation) && followed == first ? generation : 1).Select(g => LogNames.OfGeneration(first, g))
                     from database in partition.Databases
                     let folder = Path.Combine(_data.Objects(database.Region), "log", name)
                     where File.Exists(Path.Combine(folder, FolderTileSource.CheckpointName)) || Directory.Exists(Path.Combine(folder, "tile"))
                     select new LogTarget(Keys.TrustOf(name)!, new FolderTileSource(folder)) { IsCopy = true, Anchors = Path.Combine(folder, AnchorChecks.FileName) };
        return [new LogTarget(trust, source) { Rows = rows, Kept = kept }, .. copies];
    }

    /// <summary>Files of evidence that witnesses keep.</summary>
    public IEnumerable<string> Evidence() => Platform.Regions.Select(r => Path.Combine(_data.Witness(r.Name), WitnessFolder.Evidence)).Where(Directory.Exists).SelectMany(static f => Directory.EnumerateFiles(f, "*.txt")).Order(StringComparer.Ordinal);

    public void Dispose()
    {
        _http.Dispose();
        _rows.Dispose();
    }

    /// <summary>The name that a log's checkpoint begins with, where it is the first log's or that of one that follows it; else the first log's.</summary>
    internal static async Task<string> OriginOf(ITileSource source, string first, CancellationToken cancellationToken)
    {
        var note = await source.ReadCheckpointAsync(cancellationToken);
        var line = note is null ? "" : Encoding.UTF8.GetString(note.AsSpan(0, Math.Min(note.Length, 300))).Split('\n')[0];
        return LogNames.IsOf(first, line) ? line : first;
    }

    /// <summary>Where a log is below its partition's: a log that follows another by its number.</summary>
    internal static string PathOf(string origin, string first) => origin == first ? "" : string.Create(CultureInfo.InvariantCulture, $"{LogNames.Split(origin).Generation}/");

    private IEnumerable<KeptCheckpoint> Witnessed(string origin)
    {
        foreach (var region in Platform.Regions)
        {
            var file = Path.Combine(_data.Witness(region.Name), WitnessFolder.CheckpointOf(origin));
            if (!File.Exists(file))
                continue;
            yield return SignedNote.TryParse(File.ReadAllBytes(file), out var note, out var problem)
                ? new KeptCheckpoint($"the witness of {region.Name}", note, null)
                : new KeptCheckpoint($"the witness of {region.Name}", null, $"{file} {problem}");
        }
    }
}
