using Banyan.Control.Platform;

namespace Banyan.Control.Drills;

/// <summary>The results of drills as they were last read, for those who show them often: asked for again at most every few seconds. Thread-safe.</summary>
/// <param name="time">The clock.</param>
/// <param name="handler">The network; the real one where null.</param>
public sealed class DrillBook(TimeProvider time, HttpMessageHandler? handler = null) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private const int Limit = 50;

    private readonly Lock _gate = new();
    private DrillEvidenceStore? _store;
    private Task<IReadOnlyList<DrillEvidence>>? _reading;
    private long _readAt;

    /// <summary>As they were last read; empty until they were.</summary>
    public IReadOnlyList<DrillEvidence> Last { get; private set; } = [];

    /// <summary>Reads them, or gives what was read a moment ago. Where that takes too long: what was read before.</summary>
    public async Task<IReadOnlyList<DrillEvidence>> ReadAsync(PlatformState platform, TimeSpan patience, CancellationToken cancellationToken)
    {
        Task<IReadOnlyList<DrillEvidence>> reading;
        lock (_gate)
        {
            if (_reading is null || (_reading.IsCompleted && time.GetElapsedTime(_readAt) >= Fresh))
            {
                _readAt = time.GetTimestamp();
                _store ??= new DrillEvidenceStore(platform, time, handler);
                _reading = ReadAsync(_store);
            }

            reading = _reading;
        }

        await ((Task)reading).WaitAsync(patience, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return Last;
    }

    /// <inheritdoc/>
    public void Dispose() => _store?.Dispose();

    private async Task<IReadOnlyList<DrillEvidence>> ReadAsync(DrillEvidenceStore store)
    {
        var read = await store.ListAsync(Limit, CancellationToken.None);
        // A region that is away for a moment does not take what it proved with it.
        return Last = [.. read.Concat(Last.Where(o => read.All(n => n.Id != o.Id))).OrderByDescending(static e => e.RecordedAt).Take(Limit)];
    }
}
