using System.Text.Encodings.Web;
using System.Text.Json;

namespace Banyan.Journal.Stranded;

/// <summary>
/// The stranded changes of one return as a JSON file, beside the database that keeps them: whole or not there, for the owner
/// alone. It is written as the changes come, so their number is not bounded by memory.
/// </summary>
internal sealed class StrandedFile : IAsyncDisposable
{
    private readonly string _path;
    private readonly FileStream _stream;
    private readonly Utf8JsonWriter _json;
    private bool _finished;

    /// <exception cref="IOException">It can't be written.</exception>
    public StrandedFile(string path, string origin, int epoch)
    {
        _path = path;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _stream = new FileStream(path + ".new", new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        _json = new Utf8JsonWriter(_stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true });
        _json.WriteStartObject();
        _json.WriteString("origin"u8, origin);
        _json.WriteNumber("epoch"u8, epoch);
        _json.WriteStartArray("changes"u8);
    }

    /// <summary>How many were written.</summary>
    public int Count { get; private set; }

    public void Write(IReadOnlyList<StrandedChange> changes)
    {
        foreach (var change in changes)
        {
            _json.WriteStartObject();
            _json.WriteString("id"u8, change.Id);
            _json.WriteNumber("epoch"u8, change.Epoch);
            if (change.Position is { } position)
                _json.WriteNumber("position"u8, position);
            _json.WriteString("recorded_at"u8, change.RecordedAt);
            _json.WriteString("topic"u8, change.Topic);
            _json.WriteString("type"u8, change.Type);
            if (change.Subject is not null)
                _json.WriteString("subject"u8, change.Subject);
            _json.WriteString("content_type"u8, change.ContentType);
            _json.WriteString("data"u8, change.Data);
            if (change.TraceParent is not null)
                _json.WriteString("trace_parent"u8, change.TraceParent);
            if (change.Actor is not null)
                _json.WriteString("actor"u8, change.Actor);
            _json.WriteEndObject();
            Count++;
        }

        _json.Flush();
    }

    /// <summary>Puts it in its place, durably; nothing is left where nothing was found.</summary>
    public void Finish()
    {
        _finished = true;
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
        _stream.Flush(flushToDisk: true);
        if (Count > 0)
            File.Move(_path + ".new", _path, overwrite: true);
        else
            File.Delete(_path + ".new");
    }

    public async ValueTask DisposeAsync()
    {
        await _json.DisposeAsync();
        await _stream.DisposeAsync();
        if (!_finished)
            File.Delete(_path + ".new");
    }
}
