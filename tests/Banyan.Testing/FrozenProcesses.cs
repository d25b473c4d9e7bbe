using System.Diagnostics;
using System.Globalization;

namespace Banyan.Testing;

/// <summary>Freezes a server, as the scheduler or the disk may: SIGSTOP to it and all that it has started, SIGCONT when disposed.</summary>
public sealed class FrozenProcesses : IDisposable
{
    private readonly HashSet<int> _pids = [];

    private FrozenProcesses()
    {
    }

    /// <summary>Stops the server first, so that it starts nothing more, then its children.</summary>
    public static FrozenProcesses Freeze(int pid)
    {
        var frozen = new FrozenProcesses();
        frozen.Stop(pid);
        for (var more = true; more;)
        {
            more = false;
            foreach (var child in ChildrenOf(pid))
                more |= frozen.Stop(child);
        }

        return frozen;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var pid in _pids)
            Signal("-CONT", pid);
    }

    private static IEnumerable<int> ChildrenOf(int parent)
    {
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
                continue;
            string stat;
            try
            {
                stat = File.ReadAllText($"{folder}/stat");
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                continue; // It ended meanwhile.
            }

            if (int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ', 3)[1], CultureInfo.InvariantCulture) == parent)
                yield return pid;
        }
    }

    private static void Signal(string signal, int pid)
    {
        using var kill = Process.Start(new ProcessStartInfo("kill") { ArgumentList = { signal, pid.ToString(CultureInfo.InvariantCulture) }, RedirectStandardError = true })!; // its complaint about one that has ended is of no interest
        kill.WaitForExit();
    }

    private bool Stop(int pid)
    {
        if (!_pids.Add(pid))
            return false;
        Signal("-STOP", pid);
        return true;
    }
}
