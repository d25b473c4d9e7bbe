using System.Buffers;
using System.Runtime.InteropServices;
using Banyan.Engines.Postgres;
using Microsoft.Win32.SafeHandles;

namespace Banyan.Engines.Consensus.Single;

/// <summary>
/// The store's file: the state as it was when the file was begun, then every change; see <see cref="LogLine"/>. Begun
/// anew, beside the old one, when it has grown. Not thread-safe.
/// </summary>
internal sealed class StoreLog : IDisposable
{
    /// <summary>The format that this version writes and reads.</summary>
    public const int Format = 1;

    /// <summary>The file's name in its folder.</summary>
    public const string FileName = "store.log";

    private readonly string _folder;
    private readonly FileStream _lock;
    private readonly long _smallest;
    private SafeFileHandle _file;
    private long _length;
    private long _synced;
    private long _begunWith;
    private bool _behind;

    private StoreLog(string folder, FileStream held, SafeFileHandle file, long smallest) => (_folder, _lock, _file, _smallest) = (folder, held, file, smallest);

    /// <summary>A file begun anew would be much shorter, or must be.</summary>
    public bool WantsRewrite => _behind || (_length > _smallest && _length > 4 * _begunWith);

    /// <summary>Opens the file of a folder, or makes it; what a crash tore off its end is cut off.</summary>
    /// <param name="folder">Made where it is missing.</param>
    /// <param name="smallest">A file shorter than this is not begun anew.</param>
    /// <param name="content">What it holds; all of it is on disk.</param>
    /// <exception cref="InvalidDataException">It is damaged, or of another format.</exception>
    /// <exception cref="IOException">It can't be read, or another process has it.</exception>
    public static StoreLog Open(string folder, long smallest, out StoreLogContent content)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, FileName);
        FileStream held;
        try
        {
            // The kernel lets go of it with its process (flock(2)).
            held = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException taken) when (Directory.Exists(folder))
        {
            throw new IOException($"another process has {folder}: stop it first", taken);
        }

        SafeFileHandle? file = null;
        try
        {
            var isNew = !File.Exists(path);
            content = isNew ? StoreLogContent.Empty : StoreLogReader.Read(path, File.ReadAllBytes(path));
            file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            var log = new StoreLog(folder, held, file, smallest) { _length = content.Length, _synced = content.Length, _begunWith = content.Length };
            if (isNew)
            {
                log.Rewrite(StoreState.Empty);
                return log;
            }

            RandomAccess.SetLength(file, content.Length);
            RandomAccess.FlushToDisk(file);
            return log;
        }
        catch
        {
            file?.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <summary>The file lacks something that happened: it has to be begun anew before anything is added.</summary>
    public void FallBehind() => _behind = true;

    /// <summary>Adds records.</summary>
    /// <param name="records">In their order.</param>
    /// <param name="sync">Return when they are on disk; otherwise they outlive the process, not the machine.</param>
    /// <exception cref="IOException">None of them was added.</exception>
    /// <exception cref="StoreBrokenException">Nobody knows what was added.</exception>
    public void Append(IReadOnlyList<LogRecord> records, bool sync)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        foreach (var record in records)
            LogLine.Encode(record with { Synced = _synced }, buffer);
        try
        {
            RandomAccess.Write(_file, buffer.WrittenSpan, _length);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            CutBack(failed);
            throw new IOException(failed.Message, failed);
        }

        _length += buffer.WrittenCount;
        if (!sync)
            return;
        Sync();
        _synced = _length;
    }

    /// <summary>Begins the file anew with a state.</summary>
    /// <exception cref="IOException">The old one stays.</exception>
    /// <exception cref="StoreBrokenException">Nobody knows which one there is.</exception>
    public void Rewrite(StoreState state)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        LogLine.Encode(new LogRecord { Head = new HeadRecord(Format, state.Revision, state.Leases.Count + state.Values.Count) }, buffer);
        foreach (var (lease, timeToLive) in state.Leases)
            LogLine.Encode(new LogRecord { Grant = new GrantRecord(lease, (long)timeToLive.TotalMilliseconds) }, buffer);
        foreach (var value in state.Values.Values)
            LogLine.Encode(new LogRecord { Kept = value }, buffer);

        var next = Path.Combine(_folder, FileName + ".next");
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(next, FileMode.Create, FileAccess.ReadWrite, FileShare.Read);
            RandomAccess.Write(file, buffer.WrittenSpan, 0);
            RandomAccess.FlushToDisk(file);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new IOException(failed.Message, failed);
        }

        try
        {
            File.Move(next, Path.Combine(_folder, FileName), overwrite: true);
            SyncFolder();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            file.Dispose();
            throw new StoreBrokenException($"{_folder}: {failed.Message}", failed);
        }

        _file.Dispose();
        (_file, _length, _synced, _begunWith, _behind) = (file, buffer.WrittenCount, buffer.WrittenCount, buffer.WrittenCount, false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    private void CutBack(Exception failed)
    {
        try
        {
            RandomAccess.SetLength(_file, _length);
        }
        catch (Exception again) when (again is IOException or UnauthorizedAccessException)
        {
            throw new StoreBrokenException($"{_folder}: {failed.Message}", again);
        }
    }

    /// <summary>A failed fsync may have lost what was written before, and the next one would not say so: there is no way on but to read the file again.</summary>
    private void Sync()
    {
        try
        {
            RandomAccess.FlushToDisk(_file);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new StoreBrokenException($"{_folder}: {failed.Message}", failed);
        }
    }

    /// <summary>The file's name is on disk only with its folder.</summary>
    private void SyncFolder()
    {
        var folder = LinuxCalls.open(_folder, flags: 0x80000 /* close on exec */);
        if (folder < 0)
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        var failed = LinuxCalls.fsync(folder) != 0 ? Marshal.GetLastPInvokeErrorMessage() : null;
        _ = LinuxCalls.close(folder);
        if (failed is not null)
            throw new IOException(failed);
    }
}

/// <summary>What a store's file holds.</summary>
/// <param name="State">After all changes.</param>
/// <param name="Recent">The changes since the file was begun.</param>
/// <param name="RecentAfter">The revision before those.</param>
/// <param name="Length">How much of the file is whole.</param>
internal sealed record StoreLogContent(StoreState State, IReadOnlyList<ChangeNode> Recent, long RecentAfter, long Length)
{
    public static StoreLogContent Empty { get; } = new(StoreState.Empty, [], 0, 0);
}

/// <summary>The store can't go on in this process: what its file holds has to be read again.</summary>
internal sealed class StoreBrokenException(string message, Exception inner) : Exception(message, inner);
