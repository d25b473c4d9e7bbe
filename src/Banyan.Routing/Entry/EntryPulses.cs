using System.Collections.Frozen;

namespace Banyan.Routing.Entry;

/// <summary>Wakes whoever watches a region before its time: something happened. Thread-safe.</summary>
internal sealed class EntryPulses(EntryState state)
{
    private readonly FrozenDictionary<string, Pulse> _pulses = state.Current.Regions.ToFrozenDictionary(static r => r.Name, static _ => new Pulse(), StringComparer.OrdinalIgnoreCase);

    public Pulse Of(string region) => _pulses[region];

    /// <summary>A signal that is kept until it is taken; several before that are one.</summary>
    internal sealed class Pulse
    {
        private TaskCompletionSource _rung = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completes when rung after the last <see cref="Take"/>.</summary>
        public Task Rung => Volatile.Read(ref _rung).Task;

        public void Ring() => Volatile.Read(ref _rung).TrySetResult();

        public void Take()
        {
            if (Rung.IsCompleted)
                Volatile.Write(ref _rung, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
    }
}
