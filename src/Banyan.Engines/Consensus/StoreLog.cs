using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Banyan.Engines.Consensus;

/// <summary>
/// What a <see cref="SingleStore"/> keeps on disk: a file of lines, each with the digest of what it says. A line that a crash
/// cut off at the end is dropped (it was never acknowledged); damage before that is refused. Not thread-safe.
/// </summary>
public sealed class StoreLog : IDisposable
{
    private const long Long = 4 << 20;
    private readonly string _path;
    private FileStream? _file;

    /// <summary>Opens the log of a folder, which is made where it is missing.</summary>
    public StoreLog(string folder)
    {
        Directory.CreateDirectory(folder);
        _path = Path.Combine(folder, "store.log");
    }

    internal bool IsLong => _file?.Length > Long;

    /// <summary>Reads what was kept.</summary>
    /// <exception cref="ConsensusUnavailableException">It is damaged.</exception>
    internal StoreState Read()
    {
        var state = new StoreState(0, 1, [], new Dictionary<long, long>());
        if (!File.Exists(_path))
            return state;
        var lines = File.ReadAllText(_path, Encoding.UTF8).Split('\n');
        var (revision, next) = (0L, 1L);
        var values = new Dictionary<string, StoredValue>(StringComparer.Ordinal);
        var leases = new Dictionary<long, long>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0 && i == lines.Length - 1)
                break;
            if (Parse(lines[i]) is not { } line)
            {
                if (lines[(i + 1)..].All(static l => l.Length == 0))
                    break; // Cut off by a crash.
                throw new ConsensusUnavailableException($"{_path}, line {i + 1}, is damaged: restore the folder from a backup, or delete it to begin anew from the databases' own epochs.");
            }

            revision = Math.Max(revision, line.Revision);
            if (line.Granted is { } granted)
                (leases[granted], next) = (line.Milliseconds, Math.Max(next, granted + 1));
            if (line.Ended is { } ended)
            {
                leases.Remove(ended);
                foreach (var key in values.Values.Where(v => v.Lease == ended).Select(static v => v.Key).ToList())
                    values.Remove(key);
            }

            foreach (var write in line.Writes ?? [])
            {
                if (write.Value is null)
                    values.Remove(write.Key);
                else
                    values[write.Key] = new StoredValue(write.Key, write.Value, line.At.GetValueOrDefault(write.Key, line.Revision), write.Lease);
            }
        }

        // Numbers of changes that were never on disk (ends of leases) may have been seen: none is given twice.
        return new StoreState(revision + 1_000_000, next + 1_000_000, [.. values.Values], leases);
    }

    internal void Append(long revision, IReadOnlyList<StoreWrite> writes, bool durable) => Write(new StoreLine { Revision = revision, Writes = writes }, durable);

    internal void Grant(long lease, TimeSpan timeToLive) => Write(new StoreLine { Granted = lease, Milliseconds = (long)timeToLive.TotalMilliseconds }, durable: false);

    internal void End(long lease) => Write(new StoreLine { Ended = lease }, durable: false);

    /// <summary>Replaces the log by one line: beside the old one first, made durable, then put in its place.</summary>
    internal void Rewrite(StoreState state)
    {
        _file?.Dispose();
        using (var next = new FileStream(_path + ".next", FileMode.Create, FileAccess.Write))
        {
            foreach (var (lease, milliseconds) in state.Leases)
                next.Write(Format(new StoreLine { Granted = lease, Milliseconds = milliseconds }));
            next.Write(Format(new StoreLine
            {
                Revision = state.Revision,
                Writes = [.. state.Values.Select(static v => new StoreWrite(v.Key, v.Value, v.Lease))],
                At = state.Values.ToDictionary(static v => v.Key, static v => v.Revision),
            }));
            next.Flush(flushToDisk: true);
        }

        File.Move(_path + ".next", _path, overwrite: true);
        _file = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read);
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private void Write(StoreLine line, bool durable)
    {
        _file!.Write(Format(line));
        _file.Flush(flushToDisk: durable);
    }

    private static byte[] Format(StoreLine line)
    {
        var json = JsonSerializer.Serialize(line, StoreLogJson.Default.StoreLine);
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Digest(json)} {json}\n"));
    }

    private static StoreLine? Parse(string text)
    {
        if (text.Length < 18 || text[16] != ' ' || !text.AsSpan(0, 16).SequenceEqual(Digest(text[17..])))
            return null;
        try
        {
            return JsonSerializer.Deserialize(text.AsSpan(17), StoreLogJson.Default.StoreLine);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Digest(string json) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)).AsSpan(0, 8));
}

/// <summary>What a store holds at one moment.</summary>
internal sealed record StoreState(long Revision, long NextLease, IReadOnlyList<StoredValue> Values, IReadOnlyDictionary<long, long> Leases);

/// <summary>A line of the log.</summary>
internal sealed record StoreLine
{
    public long Revision { get; init; }

    public IReadOnlyList<StoreWrite>? Writes { get; init; }

    /// <summary>The revisions of the writes, where they are older than the line.</summary>
    public IReadOnlyDictionary<string, long> At { get; init; } = new Dictionary<string, long>();

    public long? Granted { get; init; }

    public long Milliseconds { get; init; }

    public long? Ended { get; init; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(StoreLine))]
internal sealed partial class StoreLogJson : JsonSerializerContext;
