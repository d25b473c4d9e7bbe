using System.Text;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Log.Trust;
using Banyan.Journal.Log.Verifying;

namespace Banyan.Cli.Verify;

/// <summary>Logs in a folder: every <c>checkpoint</c> with the <c>tile</c> folder beside it, such as an object store's copy.</summary>
internal static class FolderLogs
{
    /// <summary>The file of keys that lies beside logs, or in a folder above.</summary>
    public const string KeysName = "log-keys";

    private const int MostLogs = 1000;
    private const int Above = 8;
    private const string Tiles = "tile";

    /// <summary>The keys that lie in the folder or above it.</summary>
    /// <exception cref="CommandFailure">There are none, or they can't be read.</exception>
    public static LogKeys FindKeys(string folder)
    {
        var at = Path.GetFullPath(folder);
        for (var i = 0; i < Above && at is not null; i++, at = Path.GetDirectoryName(at))
        {
            if (File.Exists(Path.Combine(at, KeysName)))
                return ReadKeys(Path.Combine(at, KeysName));
        }

        throw new CommandFailure($"no file {KeysName} in {folder} or above it: name the platform's keys with --keys FILE (`curl http://HOST:PORT/log/v1/keys`, kept from before)");
    }

    /// <exception cref="CommandFailure">They can't be read.</exception>
    public static LogKeys ReadKeys(string file)
    {
        try
        {
            return LogKeys.Parse(File.ReadAllBytes(file));
        }
        catch (FormatException error)
        {
            throw new CommandFailure($"{file} {error.Message}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"can't read {file}: {error.Message.TrimEnd('.')}");
        }
    }

    /// <summary>Every log below a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="problems">Told of checkpoints of logs that the keys don't name.</param>
    /// <exception cref="CommandFailure">There is none, or the folder can't be read.</exception>
    public static IReadOnlyList<LogTarget> Find(string folder, LogKeys keys, ICollection<LogProblem> problems)
    {
        var targets = new List<LogTarget>();
        try
        {
            foreach (var log in Below(folder).Take(MostLogs))
            {
                var origin = OriginOf(Path.Combine(log, FolderTileSource.CheckpointName), log, keys);
                if (keys.TrustOf(origin) is { } trust)
                    targets.Add(new LogTarget(trust, new FolderTileSource(log)) { Anchors = Path.Combine(log, AnchorChecks.FileName) });
                else
                    problems.Add(new LogProblem(origin, "checkpoint", null, $"{log} has a checkpoint of {origin}, a log that the keys don't name"));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"can't read {folder}: {error.Message.TrimEnd('.')}");
        }

        return targets.Count + problems.Count > 0 ? targets : throw new CommandFailure($"no log in {folder}: a log is a folder with a file {FolderTileSource.CheckpointName} and a folder {Tiles}");
    }

    /// <summary>By its checkpoint's first line; where that is damaged, by the end of its path: a log does not escape by it.</summary>
    private static string OriginOf(string checkpoint, string log, LogKeys keys)
    {
        if (File.Exists(checkpoint))
        {
            using var stream = File.OpenRead(checkpoint);
            var head = new byte[300];
            var line = Encoding.UTF8.GetString(head, 0, stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)).Split('\n')[0];
            if (keys.TrustOf(line) is not null)
                return line;
        }

        var path = Path.GetFullPath(log);
        var (first, generation) = LogNames.Split(path);
        return keys.Logs.FirstOrDefault(l => path.EndsWith('/' + l.Origin, StringComparison.Ordinal))?.Origin
            ?? (keys.Logs.FirstOrDefault(l => generation > 1 && first.EndsWith('/' + l.Origin, StringComparison.Ordinal)) is { } followed ? LogNames.OfGeneration(followed.Origin, generation) : null)
            ?? (keys.Logs is [var only] ? only.Origin : path);
    }

    private static IEnumerable<string> Below(string folder)
    {
        if (File.Exists(Path.Combine(folder, FolderTileSource.CheckpointName)) || Directory.Exists(Path.Combine(folder, Tiles)))
        {
            yield return folder;
            // Logs that follow it lie below it, by their number.
            foreach (var follower in Directory.EnumerateDirectories(folder).Where(static f => Path.GetFileName(f) is not Tiles).Order(StringComparer.Ordinal).SelectMany(Below))
                yield return follower;
            yield break;
        }

        foreach (var below in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).SelectMany(Below))
            yield return below;
    }
}
