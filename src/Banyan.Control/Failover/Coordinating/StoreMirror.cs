using System.Collections.Immutable;
using Banyan.Engines.Consensus;
using Microsoft.Extensions.Logging;

namespace Banyan.Control.Failover.Coordinating;

/// <summary>
/// The consensus store's keys as last heard, kept up by a watch. What it holds may be old by the time it is read: decisions
/// are made good by commits that compare. Thread-safe.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="changed">Told after each change.</param>
/// <param name="clock">For waiting.</param>
/// <param name="log">Where to tell of a broken watch.</param>
internal sealed partial class StoreMirror(IConsensusStore store, Action changed, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(200);
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableSortedDictionary<string, StoredValue> _values = ImmutableSortedDictionary.Create<string, StoredValue>(StringComparer.Ordinal);

    /// <summary>Completes when the store has been read for the first time.</summary>
    public Task First => _first.Task;

    /// <summary>Whether the watch stands.</summary>
    public bool IsFollowing { get; private set; }

    /// <summary>Every key, at one moment.</summary>
    public ImmutableSortedDictionary<string, StoredValue> Values => Volatile.Read(ref _values);

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var list = await store.ListAsync("", stop);
                Volatile.Write(ref _values, list.Values.ToImmutableSortedDictionary(static v => v.Key, static v => v, StringComparer.Ordinal));
                IsFollowing = true;
                _first.TrySetResult();
                changed();
                await foreach (var change in store.WatchAsync("", list.Revision, stop))
                {
                    Volatile.Write(ref _values, change.Value is null ? _values.Remove(change.Key) : _values.SetItem(change.Key, change.Value));
                    changed();
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is ConsensusUnavailableException or ConsensusCompactedException)
            {
                if (IsFollowing)
                    LogBroken(e.Message);
            }

            IsFollowing = false;
            await Task.WhenAny(Task.Delay(Retry, clock, stop));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The watch on the consensus store broke, and is set up again: {Error}")]
    private partial void LogBroken(string error);
}
