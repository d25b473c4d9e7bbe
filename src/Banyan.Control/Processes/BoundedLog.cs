using System.Text;

namespace Banyan.Control.Processes;

/// <summary>
/// A log file that can't grow for ever: past its limit it becomes <c>NAME.log.1</c>, in place of the one before.
/// Remembers the last line. Thread-safe.
/// </summary>
internal sealed class BoundedLog : IDisposable
{
    /// <summary>10 MiB.</summary>
    public const long DefaultLimit = 10 << 20;

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly long _limit;
    private readonly byte[] _tail = new byte[4096];
    private int _tailLength;
    private FileStream _file;

    public BoundedLog(string path, long limit = DefaultLimit)
    {
        (_path, _limit) = (path, limit);
        _file = Open();
    }

    /// <summary>The last line that was not empty; cut where it is longer than 4 KiB. Null where there was none.</summary>
    public string? LastLine
    {
        get
        {
            lock (_gate)
                return Encoding.UTF8.GetString(_tail, 0, _tailLength).Split('\n').LastOrDefault(static l => !string.IsNullOrWhiteSpace(l))?.Trim();
        }
    }

    /// <summary>Appends bytes as they are; a file is changed only between two lines.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            _file.Write(bytes);
            Remember(bytes);
            if (_file.Position < _limit || bytes is not [.., (byte)'\n'])
                return;
            _file.Dispose();
            File.Move(_path, _path + ".1", overwrite: true);
            _file = Open();
        }
    }

    /// <summary>Appends a line.</summary>
    public void WriteLine(string line) => Write(Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>Appends all that a stream gives, until it ends.</summary>
    public async Task CopyFromAsync(Stream stream)
    {
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer)) > 0)
            Write(buffer.AsSpan(0, read));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
            _file.Dispose();
    }

    private FileStream Open() => new(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    private void Remember(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= _tail.Length)
        {
            bytes[^_tail.Length..].CopyTo(_tail);
            _tailLength = _tail.Length;
            return;
        }

        var keep = Math.Min(_tailLength, _tail.Length - bytes.Length);
        _tail.AsSpan(_tailLength - keep, keep).CopyTo(_tail);
        bytes.CopyTo(_tail.AsSpan(keep));
        _tailLength = keep + bytes.Length;
    }
}
