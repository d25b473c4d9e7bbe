using System.Collections.Concurrent;
using System.Globalization;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Trust;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Witness;

/// <summary>
/// A region's witness of the other regions' logs (C2SP tlog-witness): cosigns a checkpoint that begins with the one it
/// cosigned before, and keeps it on disk first. What does not fit is refused, told loudly, and kept as evidence. One for all
/// the apps of a process. Thread-safe.
/// </summary>
public sealed partial class RegionWitness
{
    private readonly WitnessOptions _options;
    private readonly WitnessStore _store;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<string, OneLog> _logs = new(StringComparer.Ordinal);

    /// <summary>A witness by these options; reads nothing yet.</summary>
    public RegionWitness(WitnessOptions options, ILogger<RegionWitness> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _log) = (options, log);
        _store = new WitnessStore(options.Folder);
        foreach (var named in options.Keys.Logs)
            _logs[named.Origin] = Of(options.Keys.TrustOf(named.Origin)!);

        Alarms = new WitnessAlarms(_store, options.Time, log);
    }

    /// <summary>What it was made with.</summary>
    public WitnessOptions Options => _options;

    internal WitnessAlarms Alarms { get; }

    /// <summary>What <c>add-checkpoint</c> answers.</summary>
    internal WitnessAnswer Add(ReadOnlySpan<byte> bytes)
    {
        if (!AddCheckpointBody.TryParse(bytes, out var body) || !Checkpoint.TryParse(body.Note.Text, out var checkpoint, out _))
            return WitnessAnswer.Of(400);
        if (Find(checkpoint.Origin) is not { } log)
            return WitnessAnswer.Of(404);
        var check = body.Note.Verify(log.Writers);
        if (!check.Holds)
            return WitnessAnswer.Of(403);
        if (body.OldSize > checkpoint.Size)
            return WitnessAnswer.Of(400);
        var signed = body.Note.WithOnly(check.Verified.Select(static v => v.Signature)); // What others wrote below it is not ours to pass on.
        lock (log.Lock)
            return Add(log, body, checkpoint, signed);
    }

    /// <summary>The newest cosigned checkpoint of a log by the hash of its origin; null where there is none.</summary>
    internal SignedNote? Newest(string originHash)
    {
        var log = _logs.Values.FirstOrDefault(l => WitnessStore.NameOf(l.Origin) == originHash) ?? (_store.Has(originHash) ? FindFollower(originHash) : null);
        if (log is null)
            return null;
        lock (log.Lock)
            return Load(log);
    }

    /// <summary>A log that the keys name, or one that follows it: that is told once, for somebody decided to begin it.</summary>
    private OneLog? Find(string origin)
    {
        if (_logs.TryGetValue(origin, out var known))
            return known;
        if (_options.Keys.TrustOf(origin) is not { } trust)
            return null;
        var log = Of(trust);
        if (!_logs.TryAdd(origin, log))
            return _logs[origin];
        LogFollows(_log, origin, LogNames.Split(origin).First);
        return log;
    }

    private OneLog? FindFollower(string originHash) =>
        (from log in _options.Keys.Logs
         from generation in Enumerable.Range(2, LogNames.MostGenerations - 1)
         let origin = LogNames.OfGeneration(log.Origin, generation)
         where WitnessStore.NameOf(origin) == originHash
         select Find(origin)).FirstOrDefault();

    /// <summary>It never counts as its own region's witness, so it does not cosign what its own region wrote.</summary>
    private OneLog Of(LogTrust trust) => new(trust.Origin, [.. trust.Writers.Where(w => w.Region != _options.Region && !w.IsRetired).Select(static w => w.Key)]);

    private WitnessAnswer Add(OneLog log, AddCheckpointBody body, Checkpoint checkpoint, SignedNote signed)
    {
        SignedNote? newest;
        try
        {
            newest = Load(log);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            LogBroken(_log, error, log.Origin, error.Message);
            return WitnessAnswer.Of(500);
        }

        var seen = newest is not null && Checkpoint.TryParse(newest.Text, out var parsed, out _) ? parsed : null;
        if (seen is not null && seen.Size == checkpoint.Size && seen.Root != checkpoint.Root)
            Alarms.Raise(log.Origin, string.Create(CultureInfo.InvariantCulture, $"{log.Origin} has two checkpoints of size {seen.Size} with different roots, both signed by its writers"), newest!, signed);
        var size = seen?.Size ?? 0;
        if (body.OldSize != size)
            return WitnessAnswer.Conflict(size);
        if (checkpoint.Size == 0 && checkpoint.Root != MerkleHasher.EmptyRoot)
            return WitnessAnswer.Of(422);
        if (seen is null || size == 0)
        {
            if (body.Proof.Length > 0)
                return WitnessAnswer.Of(422);
        }
        else if (MerkleProofs.CheckConsistency(size, seen.Root, checkpoint.Size, checkpoint.Root, body.Proof) is var fault and not ProofFault.None)
        {
            if (checkpoint.Size != size && fault == ProofFault.OtherRoot)
                Alarms.Raise(log.Origin, string.Create(CultureInfo.InvariantCulture, $"{log.Origin} has a checkpoint of size {checkpoint.Size} that does not begin with its checkpoint of size {size}, as far as its writer can show"), newest!, signed);
            return WitnessAnswer.Of(422);
        }

        try
        {
            var cosignature = signed.SignBy(_options.Signer);
            var cosigned = signed.With([cosignature]);
            _store.Keep(log.Origin, cosigned);
            (log.Newest, log.IsLoaded) = (cosigned, true);
            return WitnessAnswer.Cosigned(cosignature);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log.IsLoaded = false; // Whatever is on disk now counts.
            LogBroken(_log, error, log.Origin, error.Message);
            return WitnessAnswer.Of(500);
        }
    }

    private SignedNote? Load(OneLog log)
    {
        if (!log.IsLoaded)
            (log.Newest, log.IsLoaded) = (_store.Load(log.Origin), true);
        return log.Newest;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Origin} is shown: a log that follows {First}, which could not be continued. The journal says why, and by whom (docs/log-keys.md)")]
    private static partial void LogFollows(ILogger log, string origin, string first);

    [LoggerMessage(Level = LogLevel.Error, Message = "What this witness saw of {Origin} can't be read or kept, so it cosigns none of its checkpoints: {Problem}")]
    private static partial void LogBroken(ILogger log, Exception error, string origin, string problem);

    private sealed class OneLog(string origin, VerifierKey[] writers)
    {
        public string Origin { get; } = origin;

        public VerifierKey[] Writers { get; } = writers;

        public Lock Lock { get; } = new();

        public SignedNote? Newest { get; set; }

        public bool IsLoaded { get; set; }
    }
}
