using Banyan.Cli.Output;
using Microsoft.Extensions.Logging;

namespace Banyan.Cli.Certificates;

/// <summary>What a process says of its certificate and of peers that it refused: a few lines, however often somebody knocks. Thread-safe.</summary>
internal sealed partial class LinkLog(TimeProvider time) : IDisposable
{
    private const int AtOnce = 20;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    // Made when there is something to say: most processes never have.
    private readonly Lazy<ILoggerFactory> _loggers = new(JsonLog.Create);

    private readonly Lock _gate = new();
    private long _since = time.GetTimestamp();
    private int _lines;
    private int _dropped;

    /// <summary>Writes a line, unless there were many within a minute.</summary>
    public void Write(string line)
    {
        int dropped;
        lock (_gate)
        {
            if (time.GetElapsedTime(_since) > Window)
                (_since, _lines) = (time.GetTimestamp(), 0);
            if (_lines++ >= AtOnce)
            {
                _dropped++;
                return;
            }

            (dropped, _dropped) = (_dropped, 0);
        }

        var log = _loggers.Value.CreateLogger("Banyan.Links");
        if (dropped > 0)
            LogDropped(log, dropped);
        LogLine(log, line);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_loggers.IsValueCreated)
            _loggers.Value.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Line}")]
    private static partial void LogLine(ILogger log, string line);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} lines of this kind were left out")]
    private static partial void LogDropped(ILogger log, int count);
}
