using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Logging;

/// <summary>
/// Makes loggers that write one JSON line an event: time, level, category, message, trace id and the message's values.
/// The line is encoded by the caller and written by one background task, so that a slow reader of standard error holds
/// nobody up; when 10,000 lines wait, further ones are dropped and counted in the next line. Thread-safe.
/// </summary>
internal sealed class JsonLinesProvider : ILoggerProvider
{
    private const int Capacity = 10_000;
    private readonly ConcurrentDictionary<string, JsonLinesLogger> _loggers = new(StringComparer.Ordinal);
    private readonly Channel<byte[]> _lines;
    private readonly Stream _output;
    private readonly Task _writing;
    private long _dropped;

    public JsonLinesProvider(Stream output, TimeProvider time)
    {
        _output = output;
        Time = time;
        _lines = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Capacity) { SingleReader = true });
        _writing = Task.Run(WriteAsync);
    }

    public TimeProvider Time { get; }

    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, static (name, self) => new JsonLinesLogger(name, self), this);

    /// <summary>Lines dropped since the last one that was written.</summary>
    public long TakeDropped() => Interlocked.Exchange(ref _dropped, 0);

    public void Write(byte[] line)
    {
        if (!_lines.Writer.TryWrite(line))
            Interlocked.Increment(ref _dropped);
    }

    /// <summary>Writes what waits, then ends.</summary>
    public void Dispose()
    {
        _lines.Writer.TryComplete();
        _writing.Wait(TimeSpan.FromSeconds(2));
    }

    private async Task WriteAsync()
    {
        await foreach (var line in _lines.Reader.ReadAllAsync())
        {
            try
            {
                await _output.WriteAsync(line);
            }
            catch (IOException)
            {
                // Nobody reads standard error any more; there is no place left to say so.
                Interlocked.Increment(ref _dropped);
            }
        }
    }
}

/// <summary>Encodes one category's events.</summary>
internal sealed class JsonLinesLogger(string category, JsonLinesProvider provider) : ILogger
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(512);
        buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time"u8, provider.Time.GetUtcNow());
            json.WriteString("level"u8, LevelName(logLevel));
            json.WriteString("category"u8, category);
            json.WriteString("message"u8, formatter(state, exception));
            if (eventId.Name is { } name)
                json.WriteString("event"u8, name);
            if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
            {
                json.WriteString("trace_id"u8, activity.TraceId.ToHexString());
                json.WriteString("span_id"u8, activity.SpanId.ToHexString());
            }

            if (exception is not null)
                json.WriteString("exception"u8, exception.ToString());
            WriteValues(json, state);
            if (provider.TakeDropped() is var dropped and > 0)
                json.WriteNumber("dropped_before"u8, dropped);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        provider.Write(buffer.WrittenSpan.ToArray());
    }

    private static void WriteValues<TState>(Utf8JsonWriter json, TState state)
    {
        if (state is not IReadOnlyList<KeyValuePair<string, object?>> { Count: > 0 } values)
            return;
        json.WriteStartObject("values"u8);
        foreach (var (name, value) in values)
        {
            if (name == "{OriginalFormat}")
                continue;
            switch (value)
            {
                case null: json.WriteNull(name); break;
                case int number: json.WriteNumber(name, number); break;
                case long number: json.WriteNumber(name, number); break;
                case bool flag: json.WriteBoolean(name, flag); break;
                default: json.WriteString(name, value.ToString()); break;
            }
        }

        json.WriteEndObject();
    }

    private static string LevelName(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "critical",
    };
}
