using System.Globalization;
using Banyan.Control.Platform;

namespace Banyan.Control.Processes;

/// <summary>The supervisor's own log, <c>logs/up.log</c>: one line an event, with the time. Bounded; thread-safe.</summary>
public sealed class RunLog(DataFolder data, TimeProvider time) : IDisposable
{
    private readonly BoundedLog _log = new(data.Log("up"));

    /// <summary>Adds a line.</summary>
    public void Write(string line) =>
        _log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {line}"));

    /// <inheritdoc/>
    public void Dispose() => _log.Dispose();
}
