using System.Runtime.InteropServices;

namespace Banyan.Engines.Postgres;

/// <summary>
/// A process held by a pidfd: a signal can't reach another process that got the same number, and its end wakes us
/// without polling, whether or not it is our child. Thread-safe.
/// </summary>
internal sealed class ProcessHandle : IDisposable
{
    public const int SigHup = 1;
    public const int SigInt = 2;
    public const int SigQuit = 3;
    public const int SigUsr1 = 10;
    public const int SigKill = 9;
    private const short PollIn = 1;
    private const int Interrupted = 4;

    private readonly int _process;
    private readonly int _wake;
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private bool _disposed;

    private ProcessHandle(int pid, int process)
    {
        Pid = pid;
        _process = process;
        _wake = LinuxCalls.eventfd(0, flags: 0x80000 /* close on exec */);
        if (_wake < 0)
            throw new IOException($"eventfd: {Marshal.GetLastPInvokeErrorMessage()}");
        new Thread(Watch, maxStackSize: 128 * 1024) { IsBackground = true, Name = $"watch {pid}" }.Start();
    }

    public int Pid { get; }

    /// <summary>Completes when the process has ended; never faults.</summary>
    public Task Exited => _exited.Task;

    /// <summary>Null where no such process lives.</summary>
    /// <exception cref="IOException">The kernel has no pidfd (before 5.3), or forbids it.</exception>
    public static ProcessHandle? Open(int pid)
    {
        var process = LinuxCalls.OpenProcess(pid);
        if (process >= 0)
            return new ProcessHandle(pid, process);
        return Marshal.GetLastPInvokeError() == LinuxCalls.NoSuchProcess ? null
            : throw new IOException($"pidfd_open({pid}): {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>False where the process has ended.</summary>
    public bool Signal(int signal)
    {
        lock (_gate)
            return !_disposed && LinuxCalls.Signal(_process, signal);
    }

    /// <summary>Waits for the end; false where it took longer.</summary>
    public async Task<bool> WaitAsync(TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken)
    {
        try
        {
            await Exited.WaitAsync(patience, clock, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Stops watching; the process goes on.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            LinuxCalls.write(_wake, 1UL, sizeof(ulong));
        }
    }

    private void Watch()
    {
        LinuxCalls.PollDescriptor[] both = [new() { Descriptor = _process, Events = PollIn }, new() { Descriptor = _wake, Events = PollIn }];
        while (LinuxCalls.poll(both, 2, -1) < 0 && Marshal.GetLastPInvokeError() == Interrupted)
        {
        }

        if (both[0].Happened != 0)
            _exited.TrySetResult();
        // The descriptors are this thread's to close: only after Dispose can nobody else use them.
        while (both[1].Happened == 0)
        {
            both[0].Descriptor = -1;
            if (LinuxCalls.poll(both, 2, -1) < 0 && Marshal.GetLastPInvokeError() != Interrupted)
                break;
        }

        _ = LinuxCalls.close(_process);
        _ = LinuxCalls.close(_wake);
    }
}
