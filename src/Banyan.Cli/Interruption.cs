using System.Runtime.InteropServices;

namespace Banyan.Cli;

/// <summary>Ctrl-C and SIGTERM, as cancellation: the first asks to stop, the second to hurry. Thread-safe.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _hurry = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _count;

    /// <summary>Starts to listen.</summary>
    public Interruption()
    {
        foreach (var signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
    }

    /// <summary>Someone asked to stop.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Someone asked twice.</summary>
    public CancellationToken Hurry => _hurry.Token;

    /// <summary>The first signal was Ctrl-C.</summary>
    public bool ByKeyboard { get; private set; }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        var count = Interlocked.Increment(ref _count);
        if (count == 1)
        {
            ByKeyboard = context.Signal == PosixSignal.SIGINT;
            _stop.Cancel();
        }
        else
        {
            _hurry.Cancel();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
        _hurry.Dispose();
    }
}
