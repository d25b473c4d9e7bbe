using System.Text.Json;
using System.Threading.Channels;

namespace Banyan.Engines.Evm.Sending;

/// <summary>
/// Keeps what is under way in a file: a line of JSON for each change, written by one writer that makes all that wait durable together. A line that a
/// crash cut off was never relied on, and is dropped. One process at a time.
/// </summary>
public sealed class FileSendStore : ISendStore, IAsyncDisposable
{
    /// <summary>Beyond this the file is written anew with what is still under way.</summary>
    private const long CompactAt = 16 << 20;
    private readonly string _path;
    private readonly Dictionary<Key, SendRecord> _records = [];
    private readonly Channel<Change> _changes = Channel.CreateUnbounded<Change>(new() { SingleReader = true });
    private readonly Task _writing;
    private FileStream _file;

    private FileSendStore(string path)
    {
        _path = path;
        if (File.Exists(path))
            Read();
        _file = Compact();
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Opens the file, or makes it.</summary>
    /// <exception cref="IOException">It can't be read or written, or another process has it open.</exception>
    public static FileSendStore Open(string path) => new(path);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SendRecord>> LoadAsync(ulong chainId, EvmAddress account, CancellationToken cancellationToken)
    {
        lock (_records)
            return new([.. _records.Values.Where(r => r.ChainId == chainId && r.Account == account)]);
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">It could not be made durable.</exception>
    public ValueTask PutAsync(SendRecord record, CancellationToken cancellationToken) => ChangeAsync(new(record, false));

    /// <inheritdoc/>
    public ValueTask RemoveAsync(SendRecord record, CancellationToken cancellationToken) => ChangeAsync(new(record with { Raw = [] }, true));

    /// <summary>Writes what waits, and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _changes.Writer.TryComplete();
        await _writing;
        await _file.DisposeAsync();
    }

    private ValueTask ChangeAsync(SendStoreLine line)
    {
        var change = new Change(line);
        return _changes.Writer.TryWrite(change) ? new(change.Done.Task) : ValueTask.FromException(new IOException($"{_path} was closed"));
    }

    private async Task WriteAsync()
    {
        var together = new List<Change>();
        Exception? broken = null;
        while (await _changes.Reader.WaitToReadAsync())
        {
            while (_changes.Reader.TryRead(out var change))
                together.Add(change);
            try
            {
                // After an error nobody knows what is on disk: nothing more is promised.
                if (broken is not null)
                    throw new IOException(broken.Message, broken);
                foreach (var change in together)
                    Append(_file, change.Line);
                // A removal need not be durable; whoever is to be sent waits for it.
                if (together.Exists(static c => !c.Line.Removed))
                    _file.Flush(flushToDisk: true);
                else
                    _file.Flush();
                lock (_records)
                {
                    foreach (var change in together)
                        Apply(change.Line);
                }

                if (_file.Length > CompactAt)
                {
                    await _file.DisposeAsync();
                    _file = Compact();
                }

                foreach (var change in together)
                    change.Done.TrySetResult();
            }
            catch (Exception failed)
            {
                // Whatever it is, this goes on and says so: nobody may wait for a writer that has ended.
                broken = failed;
                foreach (var change in together)
                    change.Done.TrySetException(new IOException($"{_path} can't be written: {failed.Message.TrimEnd('.')}", failed));
            }

            together.Clear();
        }
    }

    private void Read()
    {
        foreach (var text in File.ReadLines(_path))
        {
            try
            {
                if (JsonSerializer.Deserialize(text, SendStoreJson.Default.SendStoreLine) is { } line)
                    Apply(line);
            }
            catch (JsonException)
            {
                // Only the last line can be cut off; another that can't be read stands for a transaction that nobody was told is safe, or for a damaged disk.
                continue;
            }
        }
    }

    /// <summary>Writes the file anew with what is under way, beside the old one, and puts it in its place.</summary>
    private FileStream Compact()
    {
        var next = _path + ".next";
        using (var file = Create(next, FileMode.Create))
        {
            lock (_records)
            {
                foreach (var record in _records.Values)
                    Append(file, new(record, false));
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(next, _path, overwrite: true);
        return Create(_path, FileMode.Append);
    }

    private static FileStream Create(string path, FileMode mode) => new(path, new FileStreamOptions
    {
        Mode = mode, Access = FileAccess.Write, Share = FileShare.Read, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite, BufferSize = 1 << 16,
    });

    private static void Append(FileStream file, SendStoreLine line)
    {
        JsonSerializer.Serialize(file, line, SendStoreJson.Default.SendStoreLine);
        file.WriteByte((byte)'\n');
    }

    private void Apply(SendStoreLine line)
    {
        var key = new Key(line.Record.ChainId, line.Record.Account, line.Record.Nonce);
        if (!line.Removed)
            _records[key] = line.Record;
        else if (_records.TryGetValue(key, out var kept) && kept.Id == line.Record.Id)
            _records.Remove(key);
    }

    private readonly record struct Key(ulong ChainId, EvmAddress Account, ulong Nonce);

    private sealed record Change(SendStoreLine Line)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
