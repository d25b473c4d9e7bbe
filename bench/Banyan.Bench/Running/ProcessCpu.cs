using System.Globalization;

namespace Banyan.Bench.Running;

/// <summary>Processor time from <c>/proc</c>: says what work costs, also on a machine where others work too.</summary>
internal static class ProcessCpu
{
    private const double TicksPerSecond = 100; // USER_HZ, fixed on Linux

    /// <summary>Seconds that a process, its children, and those of its children that have ended, have used.</summary>
    public static double OfTree(int pid)
    {
        var total = Of(pid, reaped: true).Seconds;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var child) && Of(child, reaped: false) is var (parent, seconds) && parent == pid)
                total += seconds;
        }

        return total;
    }

    /// <summary>Seconds that our own children which have ended have used.</summary>
    public static double OfEndedChildren() => Of(Environment.ProcessId, reaped: true).Seconds - Of(Environment.ProcessId, reaped: false).Seconds;

    private static (int Parent, double Seconds) Of(int pid, bool reaped)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = Field(11) + Field(12) + (reaped ? Field(13) + Field(14) : 0);
            return ((int)Field(1), ticks / TicksPerSecond);

            long Field(int index) => long.Parse(fields[index], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return (0, 0); // it has ended meanwhile
        }
    }
}
