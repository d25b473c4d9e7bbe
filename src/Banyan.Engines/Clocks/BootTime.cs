using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Banyan.Engines.Clocks;

/// <summary>
/// A clock whose timestamps count suspended time too (<c>CLOCK_BOOTTIME</c>, clock_gettime(2)) and never jump: what leases
/// are measured by. Wall-clock time and timers are the system's. Thread-safe.
/// </summary>
public sealed partial class BootTime : TimeProvider
{
    private const int ClockBootTime = 7;

    /// <summary>The one there is.</summary>
    public static BootTime Instance { get; } = new();

    private BootTime()
    {
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => 1_000_000_000;

    /// <inheritdoc/>
    public override long GetTimestamp() =>
        GetTime(ClockBootTime, out var time) == 0 ? (time.Seconds * 1_000_000_000) + time.Nanoseconds : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    [SuppressGCTransition]
    private static partial int GetTime(int clock, out Timespec time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Timespec
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
