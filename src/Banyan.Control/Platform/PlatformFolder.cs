using System.Globalization;

namespace Banyan.Control.Platform;

/// <summary>A data folder that this process may change: it is there, it holds nothing foreign, and its lock is ours until disposed.</summary>
public sealed class PlatformFolder : IDisposable
{
    /// <summary>Less than this free, and no platform is started: its databases' write-ahead logs alone could fill it.</summary>
    public const long LeastFreeBytes = 1L << 30;

    private static readonly string[] OurNames = ["platform.json", "platform.json.next", "blueprint.yaml", "lock", "secrets", "certificates", "logs", "databases", "template", "consensus", "chain", "log-keys", "log-keys.next", "witness", "objects", "held", "stranded", "drill.json", "drill.json.next", "drill.lock", "networks.csv"];

    private readonly PlatformLock _lock;

    private PlatformFolder(DataFolder data, PlatformLock held, PlatformState? previous) => (Data, _lock, Previous) = (data, held, previous);

    /// <summary>Where things are.</summary>
    public DataFolder Data { get; }

    /// <summary>The state of the last run; null for the first.</summary>
    public PlatformState? Previous { get; }

    /// <summary>Opens a data folder, and makes it on first use.</summary>
    /// <param name="data">Which.</param>
    /// <param name="freeBytes">Tells how much room is left where a folder is.</param>
    /// <exception cref="PlatformException">No room, no permission, another platform's or another program's folder, or in use.</exception>
    public static PlatformFolder Open(DataFolder data, Func<string, long> freeBytes)
    {
        try
        {
            RefuseForeign(data);
            Directory.CreateDirectory(data.Root);
            RefuseFull(data, freeBytes(data.Root));
            var held = PlatformLock.Acquire(data);
            try
            {
                var previous = PlatformStateFile.Read(data);
                foreach (var folder in (ReadOnlySpan<string>)[data.Logs, data.Databases, data.Template])
                    Directory.CreateDirectory(folder);
                return new PlatformFolder(data, held, previous);
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        catch (UnauthorizedAccessException)
        {
            throw new PlatformException($"no permission to use {data.Root}: run as its owner, or name another folder with --data");
        }
        catch (IOException exception)
        {
            throw new PlatformException($"can't use {data.Root}: {exception.Message.TrimEnd('.')}; name another folder with --data");
        }
    }

    /// <summary>Room left on the file system of a folder, for who runs this.</summary>
    public static long FreeBytes(string folder) => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>Writes what runs, and the blueprint it came from, before anything is started.</summary>
    public void Write(PlatformState state, string blueprint)
    {
        File.WriteAllText(Data.BlueprintFile, blueprint);
        PlatformStateFile.Write(Data, state);
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static void RefuseForeign(DataFolder data)
    {
        if (File.Exists(data.Root))
            throw new PlatformException($"{data.Root} is a file, not a folder: name another with --data");
        if (!Directory.Exists(data.Root) || File.Exists(data.StateFile))
            return;
        var foreign = Directory.EnumerateFileSystemEntries(data.Root).Select(Path.GetFileName).FirstOrDefault(static n => !OurNames.Contains(n));
        if (foreign is not null)
            throw new PlatformException($"{data.Root} holds '{foreign}', which is not a platform's: name a new or empty folder with --data");
        if (Directory.Exists(data.Databases) && Directory.EnumerateFileSystemEntries(data.Databases).Any())
            throw new PlatformException($"{data.Root} holds databases, but its platform.json is missing: restore it from a backup, or name another folder with --data");
    }

    private static void RefuseFull(DataFolder data, long free)
    {
        if (free < LeastFreeBytes)
            throw new PlatformException(string.Create(CultureInfo.InvariantCulture, $"{data.Root} has {free / 1e6:0} MB of disk space left, and a platform needs at least {LeastFreeBytes / 1e6:0} MB: make room, or name another folder with --data"));
    }
}
