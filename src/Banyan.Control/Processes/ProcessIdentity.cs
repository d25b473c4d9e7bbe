using System.Globalization;

namespace Banyan.Control.Processes;

/// <summary>
/// A process, told apart from a later one that was given the same number: its id and the time it started, in clock
/// ticks since boot (proc(5), field 22 of <c>/proc/PID/stat</c>).
/// </summary>
public sealed record ProcessIdentity(int Pid, long StartTicks)
{
    /// <summary>This process.</summary>
    public static ProcessIdentity Current => Of(Environment.ProcessId) ?? throw new InvalidOperationException("/proc is not mounted.");

    /// <summary>Looks a process up; null where none has that id, or it has ended and waits for its parent to notice.</summary>
    public static ProcessIdentity? Of(int pid)
    {
        try
        {
            // The command's name is in parentheses and may hold anything, blanks and parentheses included: count from the last one.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : new ProcessIdentity(pid, long.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The process runs still.</summary>
    public bool IsAlive => Of(Pid) == this;

    /// <summary>Sends a signal, if the process is still this one.</summary>
    /// <returns>False where it has ended.</returns>
    internal bool Signal(int signal) => IsAlive && Libc.Kill(Pid, signal) == 0;

    /// <summary>Waits until it has ended.</summary>
    /// <returns>False where it has not by then.</returns>
    public async Task<bool> WaitForExitAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (IsAlive)
        {
            if (time.GetElapsedTime(started) >= patience)
                return false;
            await Task.Delay(TimeSpan.FromMilliseconds(25), time, cancellationToken);
        }

        return true;
    }
}
