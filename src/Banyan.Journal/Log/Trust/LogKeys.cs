using System.Text.Json;
using System.Text.Json.Serialization;
using Banyan.Journal.Log.Notes;

namespace Banyan.Journal.Log.Trust;

/// <summary>
/// Every public key of a platform's logs: who may write which, and who witnesses. What <c>GET /log/v1/keys</c> and the file
/// <c>log-keys</c> of the data folder say; whoever checks a log MUST have it from somewhere else than from who shows the log. Immutable.
/// </summary>
public sealed record LogKeys
{
    /// <summary>Regions whose witnesses are asked: more would make notes long and rounds slow, and prove no more.</summary>
    public const int MostWitnesses = 16;

    /// <summary>The platform's name.</summary>
    public required string Platform { get; init; }

    /// <summary>How many witnesses of other regions than the writer's have to cosign.</summary>
    public required int Quorum { get; init; }

    /// <summary>One for each partition.</summary>
    public required IReadOnlyList<LogWriters> Logs { get; init; }

    /// <summary>Of each region, the key of its witness.</summary>
    public required IReadOnlyList<LogParty> Witnesses { get; init; }

    /// <summary>Where its checkpoints are anchored; null where they are not.</summary>
    public AnchorContract? Anchors { get; init; }

    /// <summary>With the writer's own region, a majority of this many: 0 for 1 region, 1 for 2 or 3, 2 for 4 or 5.</summary>
    public static int QuorumOf(int regions) => Math.Min(regions, MostWitnesses) / 2;

    /// <summary>Who is believed about one log; null where the platform has none of this origin. Of a log that follows another (<see cref="LogNames.OfGeneration"/>), the same keys under its name.</summary>
    public LogTrust? TrustOf(string origin)
    {
        if (Logs.FirstOrDefault(l => l.Origin == origin) is { } log)
            return new LogTrust(origin, log.Writers, Witnesses, Quorum) { Anchors = Anchors };
        var (first, generation) = LogNames.Split(origin);
        return generation > 1 && Logs.FirstOrDefault(l => l.Origin == first) is { } followed
            ? new LogTrust(origin, [.. followed.Writers.Select(w => w with { Key = w.Key.Named(origin) })], Witnesses, Quorum) { Anchors = Anchors }
            : null;
    }

    /// <summary>As JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(
        new KeysJson(Platform, Quorum, [.. Logs.Select(static l => new LogJson(l.Origin, l.Partition, Texts(l.Writers)))], Texts(Witnesses), Anchors), LogKeysJson.Readable.KeysJson);

    /// <summary>Reads what <see cref="ToJson"/> writes.</summary>
    /// <exception cref="FormatException">It is something else; the message says what, in words that go on after a name.</exception>
    public static LogKeys Parse(ReadOnlySpan<byte> json)
    {
        KeysJson? keys;
        try
        {
            keys = JsonSerializer.Deserialize(json, LogKeysJson.Default.KeysJson);
        }
        catch (JsonException error)
        {
            throw new FormatException($"is not the JSON of log keys (line {error.LineNumber + 1})", error);
        }

        if (keys is not { Platform: { } platform, Logs: { } logs, Witnesses: { } witnesses } || keys.Quorum < 0)
            throw new FormatException("lacks platform, quorum, logs or witnesses");
        return new LogKeys
        {
            Platform = platform,
            Quorum = keys.Quorum,
            Logs = [.. logs.Select(static l => new LogWriters(l.Origin, l.Partition, Parties(l.Writers, SignatureType.Ed25519)))],
            Witnesses = Parties(witnesses, SignatureType.Cosignature),
            Anchors = keys.Anchors is null or { Chain: > 0, Contract: { Length: > 0 and <= 64 } } ? keys.Anchors : throw new FormatException("says that it is anchored where no contract can be"),
        };
    }

    /// <summary>What other tools take for one log (C2SP tlog-policy): its keys, its witnesses, the quorum. It can't say that the writer's own region does not count as its witness.</summary>
    public string ToPolicy(string origin)
    {
        var trust = TrustOf(origin) ?? throw new ArgumentException($"{Platform} has no log {origin}.", nameof(origin));
        var lines = trust.Writers.Select(static w => $"log {w.Key}").Concat(trust.Witnesses.Where(static w => !w.IsRetired).Select(static w => $"witness {w.Region} {w.Key}"));
        var quorum = Quorum == 0 ? "quorum none" : $"group others {Quorum} {string.Join(' ', trust.Witnesses.Where(static w => !w.IsRetired).Select(static w => w.Region))}\nquorum others";
        return string.Join('\n', [.. lines, quorum, ""]);
    }

    private static List<PartyJson> Texts(IReadOnlyList<LogParty> parties) => [.. parties.Select(static p => new PartyJson(p.Region, p.Key.ToString(), p.IsRetired))];

    private static List<LogParty> Parties(IReadOnlyList<PartyJson> parties, SignatureType type) =>
        [.. (parties ?? []).Select(p => VerifierKey.TryParse(p.Key, out var key) && key.Type == type ? new LogParty(p.Region, key) { IsRetired = p.Retired } : throw new FormatException($"has a key of {p.Region} that is none: '{p.Key}'"))];
}

/// <summary>Who may write one log.</summary>
/// <param name="Origin">Its name.</param>
/// <param name="Partition">The partition whose journal it is over.</param>
/// <param name="Writers">The regions that hold a database of it, each with its log key.</param>
public sealed record LogWriters(string Origin, string Partition, IReadOnlyList<LogParty> Writers);

/// <summary>A region's key.</summary>
/// <param name="Region">Whose.</param>
/// <param name="Key">It.</param>
public sealed record LogParty(string Region, VerifierKey Key)
{
    /// <summary>It signs nothing more: others took its place. What it signed before still counts; a stolen one is not retired, it is taken off the list.</summary>
    public bool IsRetired { get; init; }
}

internal sealed record KeysJson(string Platform, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int Quorum, List<LogJson> Logs, List<PartyJson> Witnesses, AnchorContract? Anchors = null);

internal sealed record LogJson(string Origin, string Partition, List<PartyJson> Writers);

internal sealed record PartyJson(string Region, string Key, bool Retired = false);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, WriteIndented = true)]
[JsonSerializable(typeof(KeysJson))]
internal sealed partial class LogKeysJson : JsonSerializerContext
{
    /// <summary>Plus signs as they are: keys are copied from it by people. It is never part of a page.</summary>
    public static LogKeysJson Readable { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
