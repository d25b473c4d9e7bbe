using Banyan.Control.Platform;
using Banyan.Engines.Files;
using Banyan.Engines.Signing;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Trust;

namespace Banyan.Control.Log;

/// <summary>
/// The keys that a platform's logs are signed by. Each region has two of its own: one for the logs it writes, one for its
/// witness; secret parts in <c>secrets/USE@REGION.key</c>, public ones in platform.json and in the file <c>log-keys</c>.
/// </summary>
public static class PlatformLogs
{
    /// <summary>Makes the keys that are missing. A key file that was replaced retires the key before: what it signed stays believed.</summary>
    /// <returns>Null where libsodium is not on this machine: then there is no log.</returns>
    /// <exception cref="PlatformException">A key can't be used.</exception>
    public static LogState? Prepare(DataFolder data, PlatformState platform, PlatformState? previous)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(platform);
        if (!Ed25519.IsThere)
            return null;
        var keys = previous?.Log?.Keys.ToList() ?? [];
        foreach (var region in platform.Regions)
        {
            foreach (var use in (ReadOnlySpan<string>)[LogKeyState.Writes, LogKeyState.Witnesses])
                Add(keys, data, region.Name, use);
        }

        return new LogState(LogKeys.QuorumOf(platform.Regions.Count), keys);
    }

    /// <summary>Who writes which log of a platform, and who witnesses; null where there is no log.</summary>
    public static LogKeys? KeysOf(PlatformState platform)
    {
        ArgumentNullException.ThrowIfNull(platform);
        if (platform.Log is not { } log)
            return null;
        return new LogKeys
        {
            Platform = platform.Platform,
            Quorum = log.Quorum,
            Logs = [.. platform.Partitions.Select(p =>
            {
                var origin = LogNames.Origin(platform.Platform, p.Name);
                return new LogWriters(origin, p.Name, Parties(log, LogKeyState.Writes, p.Databases.Select(static d => d.Region), _ => origin, SignatureType.Ed25519));
            })],
            // Core regions first: there are more than enough of the others.
            Witnesses = Parties(log, LogKeyState.Witnesses, platform.Regions.OrderBy(static r => r.Tier == "core" ? 0 : 1).Select(static r => r.Name).Take(LogKeys.MostWitnesses), r => LogNames.Witness(platform.Platform, r), SignatureType.Cosignature),
            Anchors = platform.Chain is { Contracts: { } contracts } chain ? new AnchorContract(chain.Id, contracts.Anchors) : null,
        };
    }

    /// <summary>Writes the public keys where people and other programs find them.</summary>
    /// <exception cref="PlatformException">They can't be written.</exception>
    public static void Publish(DataFolder data, PlatformState platform)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (KeysOf(platform) is not { } keys)
            return;
        try
        {
            DurableFile.Replace(data.LogKeys, keys.ToJson());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PlatformException($"can't write {data.LogKeys}: {error.Message.TrimEnd('.')}");
        }
    }

    /// <summary>A region's key; the caller's to dispose.</summary>
    /// <param name="data">The platform's folder.</param>
    /// <param name="region">Whose.</param>
    /// <param name="use"><see cref="LogKeyState.Writes"/> or <see cref="LogKeyState.Witnesses"/>.</param>
    /// <exception cref="PlatformException">It can't be used.</exception>
    public static SigningKey Open(DataFolder data, string region, string use)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Doing(() => SigningKeyFile.Open(PathOf(data, region, use)));
    }

    private static string PathOf(DataFolder data, string region, string use) => Path.Combine(data.Secrets, $"{use}@{region}.key");

    private static void Add(List<LogKeyState> keys, DataFolder data, string region, string use)
    {
        using var key = Doing(() => SigningKeyFile.Ensure(PathOf(data, region, use)));
        var mine = new LogKeyState(region, use, Convert.ToBase64String(key.PublicKey.Span));
        for (var i = 0; i < keys.Count; i++)
        {
            if (keys[i].Region == region && keys[i].Use == use)
                keys[i] = keys[i] with { Retired = keys[i].Key != mine.Key };
        }

        if (!keys.Exists(k => k.Region == region && k.Use == use && k.Key == mine.Key))
            keys.Add(mine);
    }

    private static List<LogParty> Parties(LogState log, string use, IEnumerable<string> regions, Func<string, string> name, SignatureType type) =>
        [.. regions.Distinct().SelectMany(r => log.Keys.Where(k => k.Region == r && k.Use == use)).Select(k => new LogParty(k.Region, VerifierKey.Of(name(k.Region), type, Convert.FromBase64String(k.Key))) { IsRetired = k.Retired })];

    private static SigningKey Doing(Func<SigningKey> work)
    {
        try
        {
            return work();
        }
        catch (SigningKeyException error)
        {
            throw new PlatformException(error.Message.TrimEnd('.'));
        }
    }
}
