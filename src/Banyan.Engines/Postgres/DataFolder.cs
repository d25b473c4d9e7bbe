using System.Globalization;
using System.Runtime.InteropServices;

namespace Banyan.Engines.Postgres;

/// <summary>What a data folder holds, read without changing anything.</summary>
public enum DataFolderKind
{
    /// <summary>There is nothing, or an empty folder.</summary>
    Missing,

    /// <summary>Ours, and of the version of the binaries.</summary>
    Ready,

    /// <summary>It can't be used; the error says why.</summary>
    Refused,
}

/// <summary>The facts of a data folder at one moment. Immutable.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="IsStandby">Whether its server would start as a standby.</param>
/// <param name="Error">Set where it can't be used.</param>
public sealed record DataFolderFacts(DataFolderKind Kind, bool IsStandby = false, PostgresError? Error = null)
{
    /// <summary>What it was last made to be; null where nothing is known.</summary>
    public FolderState? State { get; init; }
}

/// <summary>Reads, writes and moves data folders.</summary>
internal static class DataFolder
{
    public const string StandbySignal = "standby.signal";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static DataFolderFacts Read(string folder, DataFolderMark owner, int major, ServerAccount account)
    {
        try
        {
            if (File.Exists(folder))
                return Refuse(Errors.NotOurs(folder, "is a file, where a data folder belongs"));
            if (!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any())
                return new DataFolderFacts(DataFolderKind.Missing);
            if (MajorOf(folder) is not { } made)
                return Refuse(Errors.NotOurs(folder, "is not a PostgreSQL data folder"));
            if (DataFolderMark.Read(folder) is not { } mark)
                return Refuse(Errors.NotOurs(folder, $"holds a PostgreSQL {made} that Banyan did not make"));
            if (!mark.IsSamePlace(owner))
                return Refuse(Errors.NotOurs(folder, $"belongs to another platform, partition or region ({mark.Partition} at {mark.Region}, platform instance {mark.Instance})"));
            if (made != major)
                return Refuse(new PostgresError(PostgresFailure.OtherVersion, $"{folder} was made by PostgreSQL {made}, and {major} is what runs here: apt-get install postgresql-{made}, or move the data with pg_upgrade."));
            return new DataFolderFacts(DataFolderKind.Ready, File.Exists(Path.Combine(folder, StandbySignal)));
        }
        catch (Exception e) when (Errors.From(e, folder, account) is not null)
        {
            return Refuse(Errors.From(e, folder, account)!);
        }
    }

    /// <summary>The major version in PG_VERSION; null where this is no data folder.</summary>
    public static int? MajorOf(string folder)
    {
        var file = Path.Combine(folder, "PG_VERSION");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : null;
    }

    /// <summary>Makes an empty folder of the server's user, mode 0700.</summary>
    public static void Make(string folder, ServerAccount account)
    {
        Directory.CreateDirectory(folder, Private);
        account.Give(folder);
    }

    /// <summary>Writes a file of the server's user, mode 0600, whole or not at all.</summary>
    public static void Write(string folder, string name, string text, ServerAccount account)
    {
        var path = Path.Combine(folder, name);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        using (var writer = new StreamWriter(path + ".new", options))
            writer.Write(text);
        account.Give(path + ".new");
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Puts a finished folder in its place: from then on it is there after a loss of power too.</summary>
    public static void Publish(string made, string place, bool durable)
    {
        if (durable)
            Sync(made, wholeFileSystem: true);
        // An empty folder may be in the place (someone's mkdir); rename(2) would take it, Directory.Move does not.
        if (Directory.Exists(place))
            Directory.Delete(place, recursive: false);
        Directory.Move(made, place);
        if (durable)
            Sync(Path.GetDirectoryName(place)!, wholeFileSystem: false);
    }

    /// <summary>Removes what an interrupted making left behind, never what a server has run on.</summary>
    public static PostgresError? RemoveDraft(string draft)
    {
        if (!Directory.Exists(draft))
            return null;
        if (!draft.EndsWith(".new", StringComparison.Ordinal) && !draft.EndsWith(".old", StringComparison.Ordinal))
            throw new ArgumentException($"{draft} is not a draft.", nameof(draft));
        if (ServerProcess.Find(draft) is { } live)
            return new PostgresError(PostgresFailure.InUse, $"{draft} is in use by process {live.Pid}: stop it.");
        Directory.Delete(draft, recursive: true);
        return null;
    }

    /// <summary>Brings a folder's entries, or everything on its file system, to the disk.</summary>
    public static void Sync(string folder, bool wholeFileSystem)
    {
        var descriptor = LinuxCalls.open(folder, flags: 0);
        if (descriptor < 0)
            throw new IOException($"open {folder}: {Marshal.GetLastPInvokeErrorMessage()}");
        // One syncfs in place of an fsync for each of a thousand files.
        var failed = (wholeFileSystem ? LinuxCalls.syncfs(descriptor) : LinuxCalls.fsync(descriptor)) != 0;
        var why = Marshal.GetLastPInvokeErrorMessage();
        _ = LinuxCalls.close(descriptor);
        if (failed)
            throw new IOException($"sync {folder}: {why}");
    }

    private static DataFolderFacts Refuse(PostgresError error) => new(DataFolderKind.Refused, Error: error);
}
